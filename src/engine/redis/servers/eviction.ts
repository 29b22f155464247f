/**
 * What is to be said of a server, given its `INFO memory`, if it may evict keys: undefined when it
 * may not, or does not say so.
 */
export function evictionWarning(name: string, info: string): string | undefined {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy === undefined || policy === 'noeviction') return undefined;
  return (
    `Redis at ${name} may evict keys (maxmemory-policy ${policy}): memberships of groups can get ` +
    `lost, and users be told to come and go who did not. Set it to noeviction.`
  );
}

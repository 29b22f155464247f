import type { JsonSchema } from '../../asyncapi/index.js';
import { html, type Html } from './html.js';

/** What limits a value, in the order in which it is shown. */
const LIMITS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'];

/** A schema's members as a table, or its type where it is no object. */
export function schemaTable(schema: JsonSchema): Html {
  const { properties, required = [] } = schema;
  if (properties === undefined) return html`<p><code>${typeOf(schema)}</code> ${notes(schema)}</p>`;
  const rows = Object.entries(properties).map(
    ([name, member]) =>
      html`<tr>
        <td><code>${name}</code></td>
        <td><code>${typeOf(member)}</code></td>
        <td>
          ${required.includes(name) ? '' : 'Optional. '}${member.description ?? ''} ${notes(member)}
        </td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th>member</th>
        <th>type</th>
        <th>meaning</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** As TypeScript writes it; what has a name of its own is a link to it. */
function typeOf({ $ref, type, items, ...schema }: JsonSchema): Html {
  if ($ref !== undefined) return link($ref);
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`;
  if (schema.enum !== undefined) return union(schema.enum.map((value) => ({ const: value })));
  if (schema.anyOf !== undefined) return union(schema.anyOf);
  if (items !== undefined) return html`${typeOf(items)}[]`;
  if (schema.properties !== undefined) return literal(schema.properties);
  return html`${[type ?? 'any JSON value'].flat().join(' | ')}`;
}

function link($ref: string): Html {
  const name = $ref.slice($ref.lastIndexOf('/') + 1);
  return html`<a href="#${name}">${name}</a>`;
}

function union(members: readonly JsonSchema[]): Html {
  return html`${members.map((member, i) => html`${i === 0 ? '' : ' | '}${typeOf(member)}`)}`;
}

function literal(properties: Readonly<Record<string, JsonSchema>>): Html {
  const members = Object.entries(properties);
  return html`{ ${members.map(([name, member]) => html`${name}: ${typeOf(member)}; `)}}`;
}

function notes(schema: JsonSchema): Html {
  const limits = LIMITS.filter((name) => name in schema);
  if (limits.length === 0) return html``;
  return html`<small>${limits.map((name) => `${name} ${String(schema[name])}`).join(', ')}</small>`;
}

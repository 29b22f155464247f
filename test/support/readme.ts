import { readFileSync } from 'node:fs';

export interface Snippet {
  language: string;
  code: string;
  /** What its first line says it is: `// src/app.module.ts`. */
  file: string | undefined;
}

/** The code blocks of the README, in order. */
export function readmeSnippets(): Snippet[] {
  const blocks = readFileSync('README.md', 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return Array.from(blocks, ([, language, code]) => ({
    language,
    code,
    file: /^\/\/ (\S+\.ts)\n/.exec(code)?.[1],
  }));
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A block of code in a document. */
export interface Snippet {
  document: string;
  language: string;
  code: string;
  /** What its first line says it is: `// src/app.module.ts`. */
  file: string | undefined;
}

/** A link to another document, to a file or within the document. */
interface Link {
  document: string;
  /** Path of the file that it leads to, from the root. */
  file: string;
  anchor: string | undefined;
}

const FENCE = /^```(\w+)\n([\s\S]*?)^```$/gm;
const NOT_OURS = new Set(['node_modules', 'dist', 'docs', 'coverage', '.git']);

/** Every document below the folder, by its path from there. */
export function documentsIn(root = '.'): string[] {
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    if (entry.isDirectory()) {
      return documentsIn(join(root, entry.name)).map((path) => join(entry.name, path));
    }
    return entry.name.endsWith('.md') ? [entry.name] : [];
  });
}

/** The blocks of code of all documents, or of one. */
export function snippets(documents = documentsIn()): Snippet[] {
  return documents.flatMap((document) =>
    Array.from(readFileSync(document, 'utf8').matchAll(FENCE), ([, language, code]) => ({
      document,
      language,
      code,
      file: /^\/\/ (\S+\.(?:ts|mjs))\n/.exec(code)?.[1],
    })),
  );
}

/** Links that lead nowhere, as `README.md: src/gone.md#heading`. */
export function brokenLinks(root = '.'): string[] {
  return documentsIn(root)
    .flatMap((document) => linksOf(root, document))
    .filter(({ file, anchor }) => {
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchorsOf(join(root, file)).has(anchor);
    })
    .map(({ document, file, anchor }) => `${document}: ${file}${anchor ? `#${anchor}` : ''}`);
}

/** The documents that a reader who begins with this one comes to. */
export function reachableFrom(document: string, root = '.'): Set<string> {
  const reached = new Set([document]);
  for (const next of reached) {
    for (const { file } of next.endsWith('.md') ? linksOf(root, next) : []) reached.add(file);
  }
  return reached;
}

function linksOf(root: string, document: string): Link[] {
  const targets = textOf(join(root, document)).matchAll(/\]\(([^)\s]+)\)/g);
  return Array.from(targets, ([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path, anchor] = target.split('#');
      const file = path === '' ? document : normalize(join(dirname(document), path));
      return { document, file, anchor };
    });
}

/** The anchors of a document's headings, as GitHub and npm name them. */
function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of textOf(file).matchAll(/^#+ (.+)$/gm)) {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    for (let n = 0; ; n++) {
      const anchor = n === 0 ? name : `${name}-${n}`;
      if (anchors.has(anchor)) continue;
      anchors.add(anchor);
      break;
    }
  }
  return anchors;
}

function textOf(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(FENCE, '');
}

import { createHash } from 'node:crypto';
import type {
  AsyncApiDocument,
  AsyncApiOperation,
  JsonSchema,
  Reference,
} from '../../asyncapi/index.js';
import { Html, html } from './html.js';
import { schemaTable } from './schema-markup.js';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; color: light-dark(#1f2328, #e6edf3); background: light-dark(#fff, #0d1117); }
body { max-width: 56rem; margin: 0 auto; padding: 2rem 1rem; overflow-wrap: anywhere; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
h3 code { font-size: 1.125rem; }
a { color: light-dark(#0550ae, #79c0ff); }
section { margin: 1rem 0; padding: 0 1rem; border: 1px solid light-dark(#d0d7de, #3d444d); border-radius: 0.5rem; }
section:target { border-color: currentColor; }
pre { padding: 0.75rem; white-space: pre-wrap; background: light-dark(#f6f8fa, #151b23); border-radius: 0.375rem; }
table { width: 100%; border-collapse: collapse; margin: 0.5rem 0 1rem; }
th, td { padding: 0.375rem 0.75rem 0.375rem 0; text-align: start; vertical-align: top; border-bottom: 1px solid light-dark(#d0d7de, #3d444d); }
small { color: light-dark(#59636e, #9198a1); }
nav a { margin-inline-end: 0.75rem; }
`;

/** What a Content-Security-Policy allows of this page: its one style sheet. */
export const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** An AsyncAPI document for people: no script, and nothing from elsewhere. */
export function asyncApiPage(document: AsyncApiDocument): string {
  const { info, components } = document;
  const received = messagesOf(document, 'receive');
  const sent = messagesOf(document, 'send');
  const messages = Object.keys(components.messages);
  const replies = messages.filter((name) => !received.includes(name) && !sent.includes(name));
  const types = Object.keys(components.schemas).filter((name) => !messages.includes(name));
  const { markup } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${info.title}</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        ${header(document)}
        <main>
          <h2>Clients send</h2>
          ${received.map((name) => messageSection(document, name))}
          <h2>The server sends</h2>
          ${sent.map((name) => messageSection(document, name))}
          <h2>Replies</h2>
          ${replies.map((name) => messageSection(document, name))}
          <h2>Types</h2>
          ${types.map((name) => typeSection(name, components.schemas[name]))}
        </main>
      </body>
    </html>`;
  return markup;
}

function header({ info, servers, channels }: AsyncApiDocument): Html {
  const addresses = Object.values(servers).map(
    ({ protocol, host }) => html`<code>${protocol}://${host}${channels.push.address}</code> `,
  );
  return html`<header>
    <h1>${info.title}</h1>
    <p>${prose(info.description)}</p>
    <p>${addresses}</p>
    <nav><a href="/docs/asyncapi.json">AsyncAPI document</a><a href="/docs">HTTP push API</a></nav>
  </header>`;
}

/** Names of the messages of all operations of this kind. */
function messagesOf(
  { operations }: AsyncApiDocument,
  action: AsyncApiOperation['action'],
): string[] {
  return Object.values(operations)
    .filter((operation) => operation.action === action)
    .flatMap(({ messages }) => messages.map(nameOf));
}

function messageSection(document: AsyncApiDocument, name: string): Html {
  const { messages, schemas } = document.components;
  const { name: event, summary, examples } = messages[name];
  return html`<section id="${name}">
    <h3><code>${event}</code></h3>
    <p>${prose(summary)}</p>
    ${schemaTable(schemas[name])}
    <p>${answers(document, name)}</p>
    ${examples.map(({ payload }) => html`<pre>${JSON.stringify(payload)}</pre>`)}
  </section>`;
}

/** What answers a frame of a client. */
function answers({ operations }: AsyncApiDocument, name: string): Html {
  const replies = operations[`receive${name}`]?.reply?.messages.map(nameOf) ?? [];
  if (replies.length === 0) return html``;
  return html`Answered by
  ${replies.map((reply, i) => html`${i === 0 ? '' : ' or '}<a href="#${reply}">${reply}</a>`)}.`;
}

function typeSection(name: string, schema: JsonSchema): Html {
  return html`<section id="${name}">
    <h3><code>${name}</code></h3>
    <p>${prose(schema.description ?? '')}</p>
    ${schemaTable(schema)}
  </section>`;
}

function nameOf({ $ref }: Reference): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}

/** Text in which what stands between backticks is code. */
function prose(text: string): Html {
  const parts = text.split('`');
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text that is markup already. */
export class Html {
  constructor(readonly markup: string) {}
}

/** Markup of a template in which everything that is not `Html` is text. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const markup = values.map((value, i) => markupOf(value) + parts[i + 1]);
  return new Html(parts[0] + markup.join(''));
}

type Value = string | Html | readonly Html[];

function markupOf(value: Value): string {
  if (value instanceof Html) return value.markup;
  if (typeof value !== 'string') return value.map(({ markup }) => markup).join('');
  return value.replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

type Child = Node | string | null;

/** Members of an element that are set as they are, beside attributes. */
interface Attributes {
  readonly [name: string]: string | number | boolean | ((event: Event) => void);
}

/** The element of the page with this id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** A new element. A function is a listener; true is an attribute without a value, false none. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  /** Whether the title is only for those who do not see what is below it. */
  readonly isHidden?: boolean;
}

/** A table with a heading for each column; numbers stand at the right. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Child[])[],
): HTMLTableElement {
  const align = (index: number): Attributes => (columns[index].isNumber ? { class: 'number' } : {});
  const titleOf = ({ title, isHidden }: Column): Child =>
    isHidden ? element('span', { class: 'visually-hidden' }, title) : title;
  return element(
    'table',
    {},
    element('caption', { class: 'visually-hidden' }, caption),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...columns.map((column, i) =>
          element('th', { scope: 'col', ...align(i) }, titleOf(column)),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      ...rows.map((cells) =>
        element('tr', {}, ...cells.map((cell, i) => element('td', align(i), cell))),
      ),
    ),
  );
}

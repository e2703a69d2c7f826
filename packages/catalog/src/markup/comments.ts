/** Comments of a sheet (批注, ECMA-376-1 18.7): those that are there stay, ours are added to them. */
import { xmlText } from '../internal/xml-text.js';
import { appended, attribute, type Edit, edited, prefixOf, type Tag, tagsOf } from './xml.js';

const AUTHOR = '目录校验';

export const NEW_COMMENTS =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
  '<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors></authors><commentList></commentList></comments>';

interface CommentedSheet {
  readonly xml: string;
  /** Cells that have no comment of their own yet, and need a shape. */
  readonly added: readonly string[];
  /** Cells whose thread of comments (会话批注) is left alone. */
  readonly threaded: ReadonlySet<string>;
}

/** @throws GovError `table-malformed` */
export function withComments(xml: string, texts: ReadonlyMap<string, string>): CommentedSheet {
  const prefix = prefixOf(xml);
  const run = (text: string): string =>
    `<${prefix}r><${prefix}t xml:space="preserve">${xmlText(text)}</${prefix}t></${prefix}r>`;
  const { authors, threads } = authorsOf(xml);
  const edits: Edit[] = [];
  const threaded = new Set<string>();
  const there = new Set<string>();
  for (const comment of commentsOf(xml)) {
    there.add(comment.ref);
    const text = texts.get(comment.ref);
    if (text === undefined) continue;
    if (threads.has(comment.author)) threaded.add(comment.ref);
    else edits.push(...joined(xml, comment, run(`\n${text}`), prefix));
  }
  const added = [...texts.keys()].filter((ref) => !there.has(ref));
  const list = added.map(
    (ref) =>
      `<${prefix}comment ref="${ref}" authorId="${authors}"><${prefix}text>${run(texts.get(ref)!)}</${prefix}text></${prefix}comment>`,
  );
  if (added.length > 0) {
    edits.push(appended(xml, 'authors', `<${prefix}author>${AUTHOR}</${prefix}author>`));
    edits.push(appended(xml, 'commentList', list.join('')));
  }
  return { xml: edited(xml, edits), added, threaded };
}

/** How many authors there are; a comment that stands for a thread has one of its own, `tc={…}`. */
function authorsOf(xml: string): { readonly authors: number; readonly threads: ReadonlySet<string> } {
  let authors = 0;
  const threads = new Set<string>();
  for (const tag of tagsOf(xml)) {
    if (tag.local !== 'author' || tag.type === 'close') continue;
    if (tag.type === 'open' && xml.startsWith('tc=', tag.to)) threads.add(String(authors));
    authors++;
  }
  return { authors, threads };
}

interface Comment {
  readonly ref: string;
  readonly author: string;
  /** The tags of its text, from `<text>` to the end of the comment. */
  readonly tags: readonly Tag[];
}

function* commentsOf(xml: string): Generator<Comment, void> {
  let head: Tag | undefined;
  let tags: Tag[] = [];
  for (const tag of tagsOf(xml)) {
    if (tag.local === 'comment' && tag.type === 'open') [head, tags] = [tag, []];
    else if (tag.local === 'comment' && head !== undefined) {
      yield { ref: attribute(head, 'ref') ?? '', author: attribute(head, 'authorId') ?? '', tags };
      head = undefined;
    } else if (head !== undefined) tags.push(tag);
  }
}

/** Behind what the comment says. A plain text becomes a run first, since nothing may follow it otherwise. */
function joined(xml: string, { tags }: Comment, run: string, prefix: string): Edit[] {
  const close = tags.findLast(({ local, type }) => local === 'text' && type === 'close');
  const empty = tags.find(({ local, type }) => local === 'text' && type === 'empty');
  if (close === undefined)
    return empty === undefined ? [] : [{ from: empty.to - 2, to: empty.to, text: `>${run}</${empty.name}>` }];
  const [, first] = tags;
  if (first?.local !== 't' || first.type === 'close') return [{ from: close.from, to: close.from, text: run }];
  const end = first.type === 'empty' ? first : tags.find(({ local, type }) => local === 't' && type === 'close')!;
  const plain = `<${prefix}r>${xml.slice(first.from, end.to)}</${prefix}r>`;
  return [
    { from: first.from, to: end.to, text: plain },
    { from: close.from, to: close.from, text: run },
  ];
}

/** Places in well-formed XML without comments and CDATA, told from its tags (XML 定位). */
import { GovError } from '@gov/verdict';

export interface Tag {
  /** As it stands there, with its prefix. */
  readonly name: string;
  readonly local: string;
  readonly attributes: string;
  readonly from: number;
  readonly to: number;
  readonly type: 'open' | 'close' | 'empty';
}

const TAG = /<(\/?)([\p{L}_][\p{L}\p{N}_.:-]*)((?:[^"'<>]|"[^"<]*"|'[^'<]*')*)>/gu;

/** All tags, in their order. */
export function* tagsOf(xml: string): Generator<Tag, void> {
  for (const match of xml.matchAll(TAG)) {
    const [whole, slash, name = '', rest = ''] = match;
    yield {
      name,
      local: name.slice(name.indexOf(':') + 1),
      attributes: rest,
      from: match.index,
      to: match.index + whole.length,
      type: slash === '/' ? 'close' : rest.endsWith('/') ? 'empty' : 'open',
    };
  }
}

/** The text of an attribute whose name, without prefix, is this; entities stay. */
export const attribute = ({ attributes }: Tag, local: string): string | undefined => {
  const [, double, single] = new RegExp(`(?:^|[\\s:])${local}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes) ?? [];
  return double ?? single;
};

/** A change: what stands between two places becomes another text. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Edits that do not overlap, in any order; of two at one place the earlier one first. */
export function edited(xml: string, edits: readonly Edit[]): string {
  let text = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.from - b.from)) {
    text += xml.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return text + xml.slice(at);
}

/** Puts `inner` at the end of the first element of this name, opening it where it is empty. @throws GovError `table-malformed` */
export function appended(xml: string, local: string, inner: string): Edit {
  for (const tag of tagsOf(xml)) {
    if (tag.local !== local) continue;
    if (tag.type === 'close') return { from: tag.from, to: tag.from, text: inner };
    if (tag.type === 'empty') return { from: tag.to - 2, to: tag.to, text: `>${inner}</${tag.name}>` };
  }
  throw new GovError('table-malformed', `no ${local} in a part of the workbook`);
}

/** `x:` where the root is `x:comments`. */
export function prefixOf(xml: string): string {
  const [first] = tagsOf(xml);
  return first === undefined ? '' : first.name.slice(0, first.name.length - first.local.length);
}

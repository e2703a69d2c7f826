/**
 * Sorts numbers (归并排序), those that compare equal in the order in which they came; `yield`s after each stride, for one call of
 * `sort` cannot be stopped.
 */
export function* sortInStrides(
  values: Uint32Array,
  stride: number,
  compare: (a: number, b: number) => number,
): Generator<undefined, Uint32Array> {
  const { length } = values;
  let from = values.slice();
  for (let start = 0; start < length; start += stride) {
    from.subarray(start, start + stride).sort(compare);
    yield;
  }
  let to = new Uint32Array(length);
  for (let width = stride; width < length; width *= 2) {
    let [left, right, middle, end] = [0, 0, 0, 0];
    for (let at = 0; at < length; at++) {
      if (at % stride === 0) yield;
      if (at === end) {
        left = end;
        middle = Math.min(left + width, length);
        right = middle;
        end = Math.min(middle + width, length);
      }
      const isLeft = right === end || (left < middle && compare(from[left]!, from[right]!) <= 0);
      to[at] = from[isLeft ? left++ : right++]!;
    }
    [from, to] = [to, from];
  }
  return from;
}

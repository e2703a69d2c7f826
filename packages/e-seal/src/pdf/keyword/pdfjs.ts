/** Outside Node nobody knows where the page keeps its files: the caller says it with `cMapUrl`. */
export function characterMaps(): string | undefined {
  return undefined;
}

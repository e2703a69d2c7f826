/** Content streams in millimetres. */
export const POINTS_PER_MM = 72 / 25.4;

/** A tenth of a micrometre: no difference to the eye, short numbers in the file. */
export function mm(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** What lets a content stream count in mm from the lower left corner of the page. */
export const IN_MM = `${POINTS_PER_MM} 0 0 ${POINTS_PER_MM} 0 0 cm`;

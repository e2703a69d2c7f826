import { REPORT_LIMITS } from './limits.js';

/** As much of a name as is shown, cut between characters. */
export function shortened(text: string): string {
  const characters = [...text.slice(0, 2 * REPORT_LIMITS.name + 2)];
  return characters.length > REPORT_LIMITS.name ? `${characters.slice(0, REPORT_LIMITS.name).join('')}…` : text;
}

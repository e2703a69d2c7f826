/**
 * Masking (脱敏) for what anyone can see: logs, QR codes, lists. Every hidden character becomes one `*`, so the length
 * stays, and masking what is masked changes nothing.
 */

/** At least so many characters are hidden where the usual ends would leave fewer. */
const HIDDEN_MIN = 4;

/**
 * Masks a citizen ID number or the number of another personal document (证件号码): the first 3 and last 4 characters stay,
 * `110***********1234`, the form that notices and bills use. City, county and birth date are hidden; with the first 6 and
 * last 4 only the birth date would be, which a known age and the check character narrow to a few dozen days. What is too
 * short for both ends keeps its last quarter.
 */
export const maskCitizenId = (id: string): string => keepEnds(id, 3, 4);

/**
 * Masks a telephone number (电话号码): the first 3 and last 4 characters of a mobile number stay, `138****5678`; what is
 * too short for both ends keeps its last quarter.
 */
export const maskPhone = (phone: string): string => keepEnds(phone, 3, 4);

/** Masks a person's name (姓名): the first character stays, `张**`; of a single character nothing does. */
export const maskName = (name: string): string => {
  const length = [...name].length;
  return keep(name, length > 1 ? 1 : 0, 0);
};

function keepEnds(text: string, head: number, tail: number): string {
  const length = [...text].length;
  return length >= head + tail + HIDDEN_MIN ? keep(text, head, tail) : keep(text, 0, Math.floor(length / 4));
}

/** Counts code points, so that half a character never stays behind. */
function keep(text: string, head: number, tail: number): string {
  const characters = [...text];
  return characters
    .map((character, index) => (index < head || index >= characters.length - tail ? character : '*'))
    .join('');
}

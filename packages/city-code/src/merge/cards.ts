/** Numbers of cards (卡号): what a gate that knows no other code of a person may be given. */
import { maskCitizenId, parseBankCard, parseCitizenId } from '@gov/codes';
import { report } from '@gov/verdict';
import { type CodeAdapter, ReadCode } from './adapter.js';

/**
 * Numbers of bank cards (银行卡号, ISO/IEC 7812-1), as `parseBankCard` reads them; groups may be parted by single spaces. A
 * number proves nothing: `verify` answers for the form, and that nobody signed.
 */
export const bankCards = (): CodeAdapter<undefined> =>
  cards('bank-card', (text) => (parseBankCard(text).ok ? maskNumber(text) : undefined));

/**
 * Numbers of social security cards (社会保障卡): the social security number (社会保障号码), which is the citizen's own, or the number
 * of the card (卡号), a letter and eight digits. Proves as little as a bank card's.
 */
export const socialSecurityCards = (): CodeAdapter<undefined> =>
  cards('social-security-card', (text) => {
    if (/^[A-Z]\d{8}$/.test(text)) return maskNumber(text);
    return parseCitizenId(text).ok ? maskCitizenId(text) : undefined;
  });

/** @param maskedOf the masked form of a number; undefined for none */
const cards = (system: string, maskedOf: (text: string) => string | undefined): CodeAdapter<undefined> => ({
  name: system,
  read(scanned) {
    if (typeof scanned !== 'string' || scanned.length > 32) return undefined;
    const account = scanned.replace(/(?<=\S) (?=\S)/g, '');
    const masked = maskedOf(account);
    return masked === undefined ? undefined : new ReadCode({ system, account, masked, detail: undefined });
  },
  verify: async (code) =>
    report(
      { kind: 'card-number', system, masked: code.masked },
      [
        { check: 'format', outcome: 'pass', code: 'format-ok' },
        { check: 'authenticity', outcome: 'unknown', code: 'no-signature' },
      ],
      { required: ['format'] },
    ),
});

/** The last four characters stay: what a receipt shows. */
const maskNumber = (number: string): string => '*'.repeat(number.length - 4) + number.slice(-4);

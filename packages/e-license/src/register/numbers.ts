/** Numbers of the register: serials and places in status lists, both dense, from counters that begin at 1. */
import { GovError } from '@gov/verdict';
import type { StatusSlot } from './port.js';

/** Places of one status list: 2^20, as far as 8 bits each still make a file of 1 MB. */
export const STATUS_LIST_SIZE = 1_048_576;

/** Digits of a serial: all of one length, so that identifiers sort like their numbers. */
const SERIAL_DIGITS = 9;

/** Counter of the serials (流水号) of one type at one issuer. */
export const serialCounter = (typeCode: string, issuerCode: string): string => `serial:${typeCode}:${issuerCode}`;

/** Counter of the places in the status lists of one issuer, whatever the type. */
export const slotCounter = (issuerCode: string): string => `slot:${issuerCode}`;

/**
 * Number `n` of a counter as a serial (流水号) of 9 digits.
 *
 * @throws GovError `limit-exceeded` beyond 999,999,999; `invalid-argument` for anything but a whole number from 1
 * @example
 * serialText(16) // '000000016'
 */
export function serialText(n: number): string {
  checkNumber(n);
  const text = String(n).padStart(SERIAL_DIGITS, '0');
  if (text.length > SERIAL_DIGITS) throw new GovError('limit-exceeded', `serials have ${SERIAL_DIGITS} digits`);
  return text;
}

/**
 * Where number `n` of the slots' counter lies: lists of `listSize` places are filled one after another, from place 0 of list 0.
 *
 * @throws GovError `invalid-argument` for anything but whole numbers from 1
 * @example
 * slotOf(1_048_577, STATUS_LIST_SIZE) // { list: 1, index: 0 }
 */
export function slotOf(n: number, listSize: number): StatusSlot {
  checkNumber(n);
  checkNumber(listSize);
  return { list: Math.floor((n - 1) / listSize), index: (n - 1) % listSize };
}

function checkNumber(n: number): void {
  if (!Number.isSafeInteger(n) || n < 1) throw new GovError('invalid-argument', 'numbers are whole and begin at 1');
}

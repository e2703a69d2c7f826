/** `gov license suspend`. */
import { command } from '../command.js';
import { CHANGE_OPTIONS, changed } from '../license-acts.js';

export const licenseSuspend = command({
  noun: 'license',
  verb: 'suspend',
  about: { en: 'suspend a licence', zh: '暂扣证照' },
  words: ['IDENTIFIER'],
  options: CHANGE_OPTIONS,
  run: ([identifier], values, { at }) =>
    changed(values, at, (register, options) => register.suspend(identifier!, options)),
});

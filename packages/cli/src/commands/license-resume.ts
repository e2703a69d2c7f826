/** `gov license resume`. */
import { command } from '../command.js';
import { CHANGE_OPTIONS, changed } from '../license-acts.js';

export const licenseResume = command({
  noun: 'license',
  verb: 'resume',
  about: { en: 'end the suspension of a licence', zh: '恢复被暂扣的证照' },
  words: ['IDENTIFIER'],
  options: CHANGE_OPTIONS,
  run: ([identifier], values, { at }) =>
    changed(values, at, (register, options) => register.resume(identifier!, options)),
});

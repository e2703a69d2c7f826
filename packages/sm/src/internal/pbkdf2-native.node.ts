/** PBKDF2-HMAC-SM3 on the threads of Node, where its OpenSSL has SM3; else the JavaScript one. */
import { pbkdf2 as nodePbkdf2, pbkdf2Sync } from 'node:crypto';
import { pbkdf2 as js, type Pbkdf2 } from './pbkdf2-js.js';

/** The thread cannot be stopped: after an abort its result is thrown away. */
const native: Pbkdf2 = ({ password, salt, iterations, length }) =>
  new Promise((resolve, reject) => {
    nodePbkdf2(password, salt, iterations, length, 'sm3', (error, key) => {
      if (error === null) resolve(Uint8Array.from(key));
      else reject(error);
    });
  });

let chosen: Pbkdf2 | undefined;

/** Decided by a known answer on first use, never by a version number. */
export const pbkdf2: Pbkdf2 = (parameters, signal) => {
  chosen ??= knownAnswer() ? native : js;
  return chosen(parameters, signal);
};

/** PBKDF2-HMAC-SM3 of `password` and `salt`, 2 rounds, 32 bytes; as OpenSSL 3.0 answers. */
function knownAnswer(): boolean {
  try {
    return (
      pbkdf2Sync('password', 'salt', 2, 32, 'sm3').toString('hex') ===
      'fee723a2bc966e11dffb66133f4e8df577383c78ade30e3298edbd3e54ed85b7'
    );
  } catch {
    return false;
  }
}

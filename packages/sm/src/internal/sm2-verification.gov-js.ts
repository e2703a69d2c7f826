/** The smallest bundle: the condition `gov-js`. */
import { type ChooseSm2Verification, chooseSm2Verification } from './sm2-choice.js';
import { jsVerification } from './sm2-verify-js.js';

export const sm2Verification: ChooseSm2Verification = chooseSm2Verification([jsVerification]);

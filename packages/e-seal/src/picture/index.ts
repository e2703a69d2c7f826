export { FONT_LIMITS, type Font, type OutlineCommand, openFont } from './font.js';
export { SEAL_PNG_LIMITS, type SealPngOptions, sealPng } from './png.js';
export { type RoundSealOptions, roundSeal, SEAL_PICTURE_LIMITS, type SealPicture } from './round.js';

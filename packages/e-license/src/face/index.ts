export { FACE_LIMITS } from './check.js';
export type { SealCentre } from './compose.js';
export { type DrawFaceOptions, type DrawnFace, drawFace } from './draw.js';
export type { FaceAttachment, FaceRow, LicenseFace } from './face.js';
export { FACE_FONTS_MAX, FaceFonts } from './fonts.js';
export { type PrintedQr, QR_MODULE_MIN_MM, QR_SIDE_MM } from './qr.js';

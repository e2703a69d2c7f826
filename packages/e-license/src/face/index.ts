export {
  type DrawFaceOptions,
  type DrawnFace,
  drawFace,
  FACE_LIMITS,
  type FaceAttachment,
  type LicenseFace,
  QR_MODULE_MIN_MM,
} from './draw.js';
export { FACE_FONTS_MAX, FaceFonts } from './fonts.js';

/**
 * `@gov/city-code/merge`: many codes, one code (多码合一): codes of other systems are read, bound to holders (绑定), served by the city
 * code (融合), shown on the same screen (切换), and routed to their services by scene.
 *
 * @packageDocumentation
 */
export { type CodeAdapter, type CodeReader, ReadCode } from './adapter.js';
export { bankCards, socialSecurityCards } from './cards.js';
export { cityCodes } from './city-codes.js';
export {
  CodeLinks,
  type CodeLinksOptions,
  LINK_LIMITS,
  type LinkClaim,
  type LinkStore,
  memoryLinkStore,
} from './links.js';
export { type CodeRoute, CodeRouter, ROUTER_LIMITS, type RoutedCode } from './router.js';
export { type CodeFace, CodeScreen, type ShownFace } from './screen.js';
export { transportCodes } from './transport.js';
export { TRANSPORT_CODE_LIMITS, type TransportCertificate, type TransportCode } from './transport-layout.js';

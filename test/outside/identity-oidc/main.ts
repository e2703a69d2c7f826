/** Starts the three and says where: `npx tsx test/outside/identity-oidc/main.ts`, after `npm run build` and `npm ci` in test/outside. */
import { PERSON } from './province.js';
import { world } from './world.js';

const { provinceUrl, departmentUrl, cityUrl } = await world();
console.log(`department ${departmentUrl}/`);
console.log(`province   ${provinceUrl}/.well-known/openid-configuration`);
console.log(`city       ${cityUrl}/.well-known/oauth-authorization-server`);
console.log(`log in as ${PERSON.account}, ${PERSON.password}, ${PERSON.faceCode}`);

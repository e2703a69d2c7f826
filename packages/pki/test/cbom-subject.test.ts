import { readCertificate } from '@gov/pki';
import { cbom } from '@gov/pki/cbom';
import { describe, expect, it } from 'vitest';
import { basicConstraints, build, sm2 } from './builder.js';

const ours = sm2();

async function listed(subject: string, issuer: string, ...further: readonly Uint8Array[]) {
  const at = new Date('2026-05-20T00:00:00Z');
  const certificate = readCertificate(
    await build({
      version: 2,
      serialNumber: Uint8Array.of(1),
      subject,
      issuer,
      key: ours,
      by: ours,
      notBefore: at,
      notAfter: new Date('2027-01-01T00:00:00Z'),
      extensions: {},
      further,
    }),
  );
  return cbom({ certificates: [{ certificate, occurrence: { location: 'a.crt' } }], at });
}

describe('a subject', () => {
  const shown = async (subject: string, ...extensions: readonly Uint8Array[]) => {
    const { components } = await listed(subject, 'CN=某省电子政务根,O=某省,C=CN', ...extensions);
    return components.find((one) => one['bom-ref'].startsWith('crypto/certificate'))?.name;
  };

  it.each([
    ['CN=张三丰,C=CN', 'CN=张**,C=CN'],
    ['CN=张三丰 11010519491231002X,O=某局,C=CN', 'CN=张*********************,O=某局,C=CN'],
    ['CN=张三丰,SN=张,GN=三丰,O=某局', 'CN=张**,SN=*,GN=三*,O=某局'],
    ['CN=@011010519491231002X@,OU=个人,C=CN', 'CN=@********************,OU=个人,C=CN'],
    [
      'CN=张三丰,UID=11010519491231002X,E=zsf@example.cn,L=某市',
      'CN=张**,UID=110***********002X,E=zsf*******e.cn,L=某市',
    ],
    ['CN=张三丰,SERIALNUMBER=11010519491231002X,O=某局', 'CN=张**,SERIALNUMBER=110***********002X,O=某局'],
    ['CN=张三丰,OU=某科,C=CN', 'CN=张**,OU=某科,C=CN'],
    ['CN=阿依古丽·买买提,OU=某科', 'CN=阿*******,OU=某科'],
    ['CN=John Smith,C=CN', 'CN=J*********,C=CN'],
    // a wrong check character is a number of a person all the same
    ['CN=印章,OU=110105194912310021,O=某局', 'CN=印章,OU=110***********0021,O=某局'],
    ['CN=印章,OU=１１０１０５１９４９１２３１００２１,O=某局', 'CN=印章,OU=110***********0021,O=某局'],
  ])('of a person is masked: %s', async (subject, expected) => {
    expect(await shown(subject)).toBe(expected);
  });

  it.each([
    'CN=某市行政审批局电子印章,O=某市行政审批局,C=CN',
    'CN=某局（公章）,O=11100000000013338W某局,C=CN',
    'CN=某局,organizationIdentifier=11100000000013338W',
    'CN=www.example.gov.cn',
    'C=CN,OU=国家税务总局,CN=国家税务总局某省税务局',
  ])('of a body or a server stays: %s', async (subject) => {
    expect(await shown(subject)).toBe(subject);
  });

  it('of an authority without a body stays', async () => {
    expect(await shown('CN=Root,C=CN', basicConstraints(true))).toBe('CN=Root,C=CN');
  });

  it('is masked as an issuer too, where a person signed the own certificate', async () => {
    const subject = 'CN=张三丰,C=CN';
    const text = JSON.stringify(await listed(subject, subject));
    expect(text).not.toContain('三丰');
  });
});

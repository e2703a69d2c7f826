/** sm2p256v1, the recommended curve of GB/T 32918.5-2017. */
export const CURVE: Readonly<Record<'p' | 'a' | 'b' | 'n' | 'Gx' | 'Gy', bigint>> = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};

/** a ‖ b ‖ xG ‖ yG, 128 octets: the constant part of ZA. */
export const CURVE_PARAMETERS: Uint8Array = Uint8Array.from(
  [CURVE.a, CURVE.b, CURVE.Gx, CURVE.Gy].flatMap((value) =>
    (value.toString(16).padStart(64, '0').match(/../g) ?? []).map((octet) => Number.parseInt(octet, 16)),
  ),
);

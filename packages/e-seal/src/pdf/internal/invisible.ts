/** ISO 32000-2 12.7.5.5: a signature that is not to be seen has a widget without extent. */
export const INVISIBLE = { page: 1, rect: [0, 0, 0, 0] } as const;

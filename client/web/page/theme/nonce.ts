/** What styles that are made while the page runs must bear, or the page's policy refuses them. */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// Libraries below Mantine (get-nonce) look for it here.
Object.assign(globalThis, { __webpack_nonce__: styleNonce });

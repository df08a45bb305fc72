interface Policies {
  createPolicy(name: 'default', rules: { readonly createHTML: (text: string) => string | null }): unknown;
}

const { trustedTypes } = globalThis as { readonly trustedTypes?: Policies };

// Mantine fills its style elements by way of innerHTML. A text without `<` makes no element, whatever it is written into;
// every other one is refused, as is all that would be run. Before any of the libraries writes.
trustedTypes?.createPolicy('default', { createHTML: (text) => (text.includes('<') ? null : text) });

import { config } from 'zod';

// zod tries whether it may compile its checks, which the page's policy refuses and reports. Before any schema is made.
config({ jitless: true });

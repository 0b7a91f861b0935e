#ifndef CPREFETCH_H
#define CPREFETCH_H

/// Asks for the cache line at an address that will be read soon; any address may be given.
static inline void cp_prefetch(const void *address) { __builtin_prefetch(address); }

#endif

/* The multiply-add peak of one core, in GFLOP/s: independent chains of vectors of BYTES bytes, the best of several runs.
   cc -O3 -mavx512f -DBYTES=64 benches/peak.c -o peak && ./peak */
#include <stdio.h>
#include <time.h>

#define CHAINS 12
typedef float vec __attribute__((vector_size(BYTES)));

int main(void) {
    const long steps = 4000000;
    double best = 0;
    for (int round = 0; round < 20; round++) {
        vec sums[CHAINS] = {0}, a = {0}, b = {0};
        a += 0.999f, b += 0.001f;
        /* What the compiler does not know it cannot compute beforehand, or once for all chains. */
        for (int c = 0; c < CHAINS; c++) __asm__ volatile("" : "+m"(sums[c]));
        struct timespec from, until;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (long step = 0; step < steps; step++)
            for (int c = 0; c < CHAINS; c++) sums[c] = sums[c] * a + b;
        for (int c = 0; c < CHAINS; c++) __asm__ volatile("" : : "m"(sums[c]));
        clock_gettime(CLOCK_MONOTONIC, &until);
        double seconds = until.tv_sec - from.tv_sec + 1e-9 * (until.tv_nsec - from.tv_nsec);
        double rate = 2e-9 * steps * CHAINS * (BYTES / sizeof(float)) / seconds;
        if (rate > best) best = rate;
    }
    printf("%.1f\n", best);
}

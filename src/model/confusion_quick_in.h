/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * confusion_quick_in: exp and log in float, for the passes over large data. Polynomials without
 * branches (coefficients: Cephes, expf and logf), so that loops over them become vector
 * instructions, and no libm decides a bit.
 */
#ifndef MODEL_CONFUSION_QUICK_IN_H
#define MODEL_CONFUSION_QUICK_IN_H
#include <stdint.h>

union confusion_bits {
	float number;
	int32_t whole;
};

/* e^x for x <= 0, relative error below 3e-7; below -87 that of -87. */
static inline float quick_exp(float x)
{
	const float low = -87.0F, magic = 12582912.0F;
	float clipped = x > low ? x : low;
	union confusion_bits shifted = { .number = clipped * 1.44269504F + magic };
	float whole = shifted.number - magic;
	float r = clipped - whole * 0.693359375F + whole * 2.12194440e-4F;
	float p = 1.9875691500e-4F;

	p = p * r + 1.3981999507e-3F;
	p = p * r + 8.3334519073e-3F;
	p = p * r + 4.1665795894e-2F;
	p = p * r + 1.6666665459e-1F;
	p = p * r + 5.0000001201e-1F;
	p = p * r * r + r + 1;

	union confusion_bits out = { .number = p };

	out.whole += (int32_t)((uint32_t)(shifted.whole - 0x4b400000) << 23);
	return out.number;
}

/* ln x for normal x > 0; error below 1e-6, and beyond |ln x| = 5 below 2e-7 of it. */
static inline float quick_log(float x)
{
	union confusion_bits in = { .number = x };
	int32_t exponent = (in.whole - 0x3f2aaaab) >> 23;

	in.whole -= (int32_t)((uint32_t)exponent << 23);

	float f = in.number - 1, p = 7.0376836292e-2F;

	p = p * f - 1.1514610310e-1F;
	p = p * f + 1.1676998740e-1F;
	p = p * f - 1.2420140846e-1F;
	p = p * f + 1.4249322787e-1F;
	p = p * f - 1.6668057665e-1F;
	p = p * f + 2.0000714765e-1F;
	p = p * f - 2.4999993993e-1F;
	p = p * f + 3.3333331174e-1F;
	return (float)exponent * 0.693147181F + (p * f * f * f - 0.5F * f * f + f);
}

#endif

/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Any bytes as a picture: refused with a reason, or known with a size that is shown.
 *   build/fuzz/image_fuzz -max_total_time=60 build/fuzz/image tests/fuzz/corpus/image
 */
#include "intake/intake_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct intake_image image;
	const char *why = NULL;

	if (intake_image_read((struct str){ (const char *)bytes, len }, &image, &why))
		CHECK(image.ending != NULL && image.width > 0 && image.height > 0 &&
		      image.width * image.height <= INTAKE_PIXELS_MAX);
	else
		CHECK(why != NULL);
	return 0;
}

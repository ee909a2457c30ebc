/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pictures by libvips. They are written anew and not cut free of their metadata: what comes out is
 * then ours to the last byte, whatever was hidden in what came in.
 *
 * Colours are turned into sRGB where the picture names others, so that it needs no profile.
 */
#include <unistd.h>
#include <vips/vips.h>
#include "media/media_in.h"

enum { QUALITY = 90, SMALL_QUALITY = 75, SQUEEZE = 6 };

/* A picture that is let go of at the end. */
static void drop(VipsImage **image)
{
	g_clear_object(image);
}

static VipsSource *source_of(int fd)
{
	return lseek(fd, 0, SEEK_SET) == 0 ? vips_source_new_from_descriptor(fd) : NULL;
}

/* Read by the reader of this form and by no other, whatever it looks like. */
static VipsImage *open_form(int fd, enum media_form form)
{
	VipsSource *source = source_of(fd);
	VipsImage *image = NULL;
	int err = source == NULL;

	if (!err && form == MEDIA_JPEG)
		err = vips_jpegload_source(source, &image, "access", VIPS_ACCESS_SEQUENTIAL,
					   "fail_on", VIPS_FAIL_ON_ERROR, NULL);
	else if (!err && form == MEDIA_PNG)
		err = vips_pngload_source(source, &image, "access", VIPS_ACCESS_SEQUENTIAL,
					  "fail_on", VIPS_FAIL_ON_ERROR, NULL);
	else if (!err && form == MEDIA_GIF)
		err = vips_gifload_source(source, &image, "n", -1, "access", VIPS_ACCESS_SEQUENTIAL,
					  "fail_on", VIPS_FAIL_ON_ERROR, NULL);
	else if (!err)
		err = vips_webpload_source(source, &image, "n", -1, "access",
					   VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR,
					   NULL);
	VIPS_UNREF(source);
	if (err)
		drop(&image);
	return image;
}

/* All frames count, since all of them are unpacked. */
static bool is_too_large(VipsImage *image)
{
	int64_t width = vips_image_get_width(image), height = vips_image_get_height(image);

	return width > MEDIA_SIDE_MAX || vips_image_get_page_height(image) > MEDIA_SIDE_MAX ||
	       width * height > MEDIA_PIXELS_MAX;
}

/* The step's result takes the picture's place. */
static void replace(VipsImage **image, VipsImage *made)
{
	g_object_unref(*image);
	*image = made;
}

static bool turn_upright(VipsImage **image)
{
	VipsImage *made = NULL;

	if (vips_image_get_orientation(*image) <= 1)
		return true;
	/* Read from top to bottom it could not be turned. */
	VipsImage *whole = vips_image_copy_memory(*image);
	if (whole == NULL)
		return false;
	replace(image, whole);
	if (vips_autorot(whole, &made, NULL) != 0)
		return false;
	replace(image, made);
	return true;
}

/* A profile that is nonsense is as none. */
static bool turn_srgb(VipsImage **image)
{
	bool wide = vips_image_get_format(*image) == VIPS_FORMAT_USHORT;
	bool inks = vips_image_get_interpretation(*image) == VIPS_INTERPRETATION_CMYK;
	VipsImage *made = NULL;

	if (!inks && vips_image_get_typeof(*image, VIPS_META_ICC_NAME) == 0)
		return true;
	if (vips_icc_transform(*image, &made, "srgb", "embedded", TRUE, "input_profile",
			       inks ? "cmyk" : "srgb", "depth", wide ? 16 : 8, NULL) != 0)
		return !inks;
	replace(image, made);
	return true;
}

static int save(VipsImage *image, enum media_form form, int fd, int quality)
{
	VipsTarget *target = vips_target_new_to_descriptor(fd);
	int err = target == NULL;

	if (!err && form == MEDIA_JPEG)
		err = vips_jpegsave_target(image, target, "Q", quality, "strip", TRUE, NULL);
	else if (!err && form == MEDIA_PNG)
		err = vips_pngsave_target(image, target, "compression", SQUEEZE, "strip", TRUE,
					  NULL);
	else if (!err && form == MEDIA_GIF)
		err = vips_gifsave_target(image, target, "strip", TRUE, NULL);
	else if (!err)
		err = vips_webpsave_target(image, target, "Q", quality, "strip", TRUE, NULL);
	VIPS_UNREF(target);
	return err;
}

enum media_fault picture_small(int in, int small, struct media_said *out)
{
	VipsImage *image __attribute__((cleanup(drop))) = NULL;
	VipsImage *thumb __attribute__((cleanup(drop))) = NULL;
	VipsSource *source = source_of(in);
	int err = source == NULL || (image = vips_image_new_from_source(source, "", NULL)) == NULL;

	VIPS_UNREF(source);
	if (err)
		return MEDIA_BROKEN;
	if (is_too_large(image))
		return MEDIA_LARGE;
	out->width = vips_image_get_width(image);
	out->height = vips_image_get_page_height(image);
	source = source_of(in);
	err = source == NULL ||
	      vips_thumbnail_source(source, &thumb, MEDIA_THUMB_SIDE, "height", MEDIA_THUMB_SIDE,
				    "size", VIPS_SIZE_DOWN, NULL) != 0;
	VIPS_UNREF(source);
	if (err || save(thumb, MEDIA_WEBP, small, SMALL_QUALITY) != 0)
		return file_fault(small, MEDIA_BROKEN);
	return MEDIA_FINE;
}

enum media_fault picture_clean(int in, enum media_form form, enum media_form to, int clean,
			       int small, struct media_said *out)
{
	VipsImage *image __attribute__((cleanup(drop))) = open_form(in, form);

	if (image == NULL)
		return MEDIA_BROKEN;
	if (is_too_large(image))
		return MEDIA_LARGE;
	if (!turn_upright(&image) || !turn_srgb(&image) || save(image, to, clean, QUALITY) != 0)
		return file_fault(clean, MEDIA_BROKEN);
	out->form = (int32_t)to;
	return picture_small(clean, small, out);
}

enum media_fault picture_work(const struct media_ask *ask, const struct media_files *files,
			      struct media_said *out)
{
	enum media_form form = (enum media_form)ask->form;

	return picture_clean(files->in, form, form, files->clean, files->small, out);
}

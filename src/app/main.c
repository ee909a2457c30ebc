/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* tessera: the program. Everything it can do is a row in some room's table of commands. */
#include "app/app_in.h"

extern char **environ;

int main(int count, char **word)
{
	return app_main(count, word, environ);
}

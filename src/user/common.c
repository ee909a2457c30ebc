/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Passwords of eight and more signs from the top of the published lists of leaked ones. Short on
 * purpose: it stops what a guesser tries in his first minutes; the growing wait stops the rest.
 */
#include "user/user_in.h"

static const char *const common[] = {
	"!qaz2wsx",	 "00000000",	 "000000000",	"0000000000",	 "0123456789",
	"0987654321",	 "102030405060", "11111111",	"111111111",	 "1111111111",
	"11112222",	 "11223344",	 "1122334455",	"112233445566",	 "12121212",
	"121212121",	 "123123123",	 "12341234",	"12344321",	 "1234512345",
	"123454321",	 "123456654321", "12345678",	"123456789",	 "1234567890",
	"12345678910",	 "123456789a",	 "123456789q",	"123456789z",	 "12345678a",
	"1234567a",	 "1234567q",	 "123456abc",	"123456qwerty",	 "12345abc",
	"12345qwert",	 "1234qwer",	 "123qwe123",	"123qweasd",	 "123qweasdzxc",
	"147258369",	 "147852369",	 "159357456",	"159753456",	 "1q2w3e4r",
	"1q2w3e4r5t",	 "1q2w3e4r5t6y", "1qaz2wsx",	"1qaz2wsx3edc",	 "1qazxsw2",
	"22222222",	 "2wsx3edc",	 "321654987",	"33333333",	 "44444444",
	"456789123",	 "55555555",	 "555555555",	"66666666",	 "666666666",
	"741852963",	 "77777777",	 "777777777",	"789456123",	 "87654321",
	"88888888",	 "888888888",	 "963852741",	"987654321",	 "9876543210",
	"99999999",	 "999999999",	 "a1234567",	"a12345678",	 "a123456789",
	"aa123456",	 "aa12345678",	 "abc12345",	"abc123456",	 "abcabcabc",
	"abcd1234",	 "abcd12345",	 "abcdefg1",	"abcdefg123",	 "abcdefgh",
	"admin123",	 "admin1234",	 "admin12345",	"admin@123",	 "adminadmin",
	"administrator", "alexander",	 "alexandra",	"andrew123",	 "angel123",
	"angels123",	 "arsenal1",	 "arsenal123",	"asd12345",	 "asdf1234",
	"asdfasdf",	 "asdfgh123",	 "asdfghjk",	"asdfghjkl",	 "asdfghjkl1",
	"ashley123",	 "autumn123",	 "barcelona",	"baseball",	 "baseball1",
	"basketball",	 "batman123",	 "benjamin",	"blink182",	 "butterfly",
	"changeme",	 "changeme1",	 "changeme123", "charlie1",	 "charlie123",
	"chelsea1",	 "chocolate",	 "christian",	"christine",	 "computer",
	"computer1",	 "corvette",	 "daniel123",	"december",	 "default1",
	"demo1234",	 "diamond1",	 "dolphins",	"dragon123",	 "dragonball",
	"elephant",	 "elizabeth",	 "facebook",	"facebook1",	 "february",
	"flowers1",	 "football",	 "football1",	"freedom1",	 "friday13",
	"fuckyou1",	 "fuckyou123",	 "google123",	"guest123",	 "hello123",
	"hello1234",	 "hellohello",	 "hunter123",	"ilovegod",	 "ilovehim",
	"iloveu123",	 "iloveyou",	 "iloveyou1",	"iloveyou123",	 "iloveyou2",
	"internet",	 "internet1",	 "january1",	"jennifer",	 "jessica1",
	"jonathan",	 "jordan123",	 "jordan23",	"juventus1",	 "killer123",
	"letmein1",	 "letmein123",	 "linkedin",	"liverpool",	 "liverpool1",
	"lovelove",	 "loveyou1",	 "manchester",	"master123",	 "masterkey",
	"maverick",	 "mercedes",	 "metallica",	"michael1",	 "michael123",
	"michelle",	 "microsoft",	 "midnight",	"midnight1",	 "monday123",
	"monkey123",	 "mylove123",	 "myspace1",	"newcastle",	 "nicholas1",
	"november",	 "p@ssw0rd",	 "p@ssword",	"pa55word",	 "pass1234",
	"pass12345",	 "pass123456",	 "passpass",	"passw0rd",	 "passw0rd1",
	"password",	 "password1",	 "password12",	"password123",	 "password1234",
	"patricia",	 "platinum",	 "pokemon1",	"pokemon123",	 "precious",
	"princess",	 "princess1",	 "princess123", "q123456789",	 "q1w2e3r4",
	"q1w2e3r4t5",	 "q1w2e3r4t5y6", "qazwsx123",	"qazwsxedc",	 "qazwsxedcrfv",
	"qwe123qwe",	 "qweasd123",	 "qweasdzxc",	"qweqweqwe",	 "qwer1234",
	"qwert12345",	 "qwerty12",	 "qwerty123",	"qwerty1234",	 "qwerty12345",
	"qwerty123456",	 "qwertyui",	 "qwertyuiop",	"qwertyuiop123", "realmadrid",
	"rockstar",	 "rockyou1",	 "root1234",	"rootroot",	 "samantha",
	"samsung1",	 "samsung123",	 "secret123",	"september",	 "september1",
	"shadow123",	 "slipknot",	 "snowball",	"soccer123",	 "spiderman",
	"spring123",	 "starwars",	 "starwars1",	"summer123",	 "summer2023",
	"summer2024",	 "sunshine",	 "sunshine1",	"superman",	 "superman1",
	"sweetheart",	 "temp1234",	 "tessera1",	"tessera123",	 "test1234",
	"test12345",	 "testing1",	 "testing123",	"testtest",	 "thomas123",
	"toortoor",	 "topsecret",	 "trustno1",	"user1234",	 "username",
	"veronica",	 "victoria",	 "welcome1",	"welcome12",	 "welcome123",
	"whatever",	 "whatever1",	 "windows10",	"winter123",	 "zaq12wsx",
	"zaq1xsw2",	 "zaq1zaq1",	 "zxc123456",	"zxcvbnm,",	 "zxcvbnm1",
	"zxcvbnm123",
};

bool password_is_common(struct str password)
{
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (str_eq_nocase(str_of(common[i]), password))
			return true;
	return false;
}

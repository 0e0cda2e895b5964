import { editDistance } from '../names/edit-distance.ts';

/**
 * The names of the IANA time zone database that `Intl.supportedValuesOf` leaves out, as it names each zone once, and those
 * by which it may name a zone instead (tzdata 2025b). `Intl` itself cannot be asked which names there are: it also takes
 * any letter case, offsets (`+02:00`) and abbreviations that mean several zones (`IST`).
 */
const otherNames = new Set(
  (
    'Africa/Asmara Africa/Asmera Africa/Timbuktu America/Argentina/Buenos_Aires America/Argentina/Catamarca ' +
    'America/Argentina/ComodRivadavia America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/Mendoza ' +
    'America/Atikokan America/Atka America/Buenos_Aires America/Catamarca America/Coral_Harbour America/Cordoba ' +
    'America/Ensenada America/Fort_Wayne America/Godthab America/Indiana/Indianapolis America/Indianapolis ' +
    'America/Jujuy America/Kentucky/Louisville America/Knox_IN America/Kralendijk America/Louisville ' +
    'America/Lower_Princes America/Marigot America/Mendoza America/Montreal America/Nipigon America/Nuuk ' +
    'America/Pangnirtung America/Porto_Acre America/Rainy_River America/Rosario America/Santa_Isabel ' +
    'America/Shiprock America/St_Barthelemy America/Thunder_Bay America/Virgin America/Yellowknife ' +
    'Antarctica/South_Pole Arctic/Longyearbyen Asia/Ashkhabad Asia/Calcutta Asia/Choibalsan Asia/Chongqing ' +
    'Asia/Chungking Asia/Dacca Asia/Harbin Asia/Ho_Chi_Minh Asia/Istanbul Asia/Kashgar Asia/Kathmandu ' +
    'Asia/Katmandu Asia/Kolkata Asia/Macao Asia/Rangoon Asia/Saigon Asia/Tel_Aviv Asia/Thimbu Asia/Ujung_Pandang ' +
    'Asia/Ulan_Bator Asia/Yangon Atlantic/Faeroe Atlantic/Faroe Atlantic/Jan_Mayen Australia/ACT ' +
    'Australia/Canberra Australia/Currie Australia/LHI Australia/NSW Australia/North Australia/Queensland ' +
    'Australia/South Australia/Tasmania Australia/Victoria Australia/West Australia/Yancowinna Brazil/Acre ' +
    'Brazil/DeNoronha Brazil/East Brazil/West CET CST6CDT Canada/Atlantic Canada/Central Canada/Eastern ' +
    'Canada/Mountain Canada/Newfoundland Canada/Pacific Canada/Saskatchewan Canada/Yukon Chile/Continental ' +
    'Chile/EasterIsland Cuba EET EST EST5EDT Egypt Eire Etc/GMT Etc/GMT+0 Etc/GMT+1 Etc/GMT+10 Etc/GMT+11 ' +
    'Etc/GMT+12 Etc/GMT+2 Etc/GMT+3 Etc/GMT+4 Etc/GMT+5 Etc/GMT+6 Etc/GMT+7 Etc/GMT+8 Etc/GMT+9 Etc/GMT-0 ' +
    'Etc/GMT-1 Etc/GMT-10 Etc/GMT-11 Etc/GMT-12 Etc/GMT-13 Etc/GMT-14 Etc/GMT-2 Etc/GMT-3 Etc/GMT-4 Etc/GMT-5 ' +
    'Etc/GMT-6 Etc/GMT-7 Etc/GMT-8 Etc/GMT-9 Etc/GMT0 Etc/Greenwich Etc/UCT Etc/UTC Etc/Universal Etc/Zulu ' +
    'Europe/Belfast Europe/Bratislava Europe/Busingen Europe/Kiev Europe/Kyiv Europe/Mariehamn Europe/Nicosia ' +
    'Europe/Podgorica Europe/San_Marino Europe/Tiraspol Europe/Uzhgorod Europe/Vatican Europe/Zaporozhye GB ' +
    'GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran Israel Jamaica Japan Kwajalein Libya MET ' +
    'MST MST7MDT Mexico/BajaNorte Mexico/BajaSur Mexico/General NZ NZ-CHAT Navajo PRC PST8PDT Pacific/Chuuk ' +
    'Pacific/Enderbury Pacific/Johnston Pacific/Kanton Pacific/Pohnpei Pacific/Ponape Pacific/Samoa Pacific/Truk ' +
    'Pacific/Yap Poland Portugal ROC ROK Singapore Turkey UCT US/Alaska US/Aleutian US/Arizona US/Central ' +
    'US/East-Indiana US/Eastern US/Hawaii US/Indiana-Starke US/Michigan US/Mountain US/Pacific US/Samoa UTC ' +
    'Universal W-SU WET Zulu'
  ).split(' '),
);

let firstNames: ReadonlySet<string> | null = null;
function namesOfIntl(): ReadonlySet<string> {
  firstNames ??= new Set(Intl.supportedValuesOf('timeZone'));
  return firstNames;
}

/** Making a formatter to ask `Intl` takes a quarter of a millisecond. */
const known = new Map<string, boolean>();

/** Whether it is a name of the IANA time zone database, links included, in the database's own spelling. */
export function isTimeZone(name: string): boolean {
  if (namesOfIntl().has(name)) return true;
  if (!otherNames.has(name)) return false;
  let answer = known.get(name);
  if (answer === undefined) {
    answer = isKnownToIntl(name);
    known.set(name, answer);
  }
  return answer;
}

function isKnownToIntl(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zones that were probably meant, nearest first and at most three: by their names or by the city in them. */
export function nearestTimeZones(text: string): string[] {
  const furthest = Math.floor(text.length / 3);
  const wanted = text.replaceAll(' ', '_');
  return [...new Set([...namesOfIntl(), ...otherNames])]
    .map((name) => ({ name, distance: distanceTo(wanted, name) }))
    .filter(({ distance }) => distance <= furthest)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)
    .filter(isTimeZone)
    .slice(0, 3);
}

function distanceTo(text: string, name: string): number {
  const city = name.slice(name.lastIndexOf('/') + 1);
  return Math.min(editDistance(text, name), editDistance(text, city));
}

"""Our choices for reading and writing the event data of others: what their codes mean in ours, and the way back.

Used by `training/tables_interchange.py`. A triple of codes is (value, our code, whether we write it).
"""

from __future__ import annotations

# Where the list of country codes gives no single FIPS code. GDELT writes RB for Serbia, as older lists do.
FIPS_OTHERWISE = {"SRB", "PSE", "UMI", "SJM", "ALA", "BES"}
FIPS = (
    ("RI", "SRB", False),
    ("RB", "SRB", True),
    ("KV", "KOS", True),
    ("YI", "SCG", False),
    ("WE", "PSE", True),
    ("GZ", "PSE", False),
    ("SV", "NOR", False),
    ("JN", "NOR", False),
    ("NT", "NLD", False),
)

# CAMEO's codes of countries are ISO alpha-3 of about 2000, with these of its own.
CAMEO_COUNTRIES = (
    ("ROM", "ROU", True),
    ("TMP", "TLS", True),
    ("MTN", "MNE", True),
    ("KSV", "KOS", True),
    ("KOS", "KOS", False),
    ("IMY", "GBR", False),
    ("ANT", "NLD", False),
    ("ZAR", "COD", False),
    ("WSB", "PSE", False),
    ("GZS", "PSE", False),
    ("SUN", "SUN", True),
    ("YUG", "YUG", True),
    ("SCG", "SCG", True),
    ("CSK", "CSK", True),
    ("DDR", "DDR", True),
    ("YMD", "YMD", True),
)
CAMEO_REGIONS = "AFR ASA BLK CRB CAU CFR CAS CEU EIN EAF EEU EUR LAM MEA MDT NAF NMR PGS SCN SAM SAS SEA SAF WAF WST"
# Known groups that have a code of ours; all others are read by their type (IGO, NGO, MNC, IMG) or by their country.
CAMEO_GROUPS = (
    ("UNO", "UNO", True),
    ("EEC", "EUR", True),
    *((value, "UNO", False) for value in ("HCH", "HCR", "FAO", "KID", "WFP", "WHO", "ILO", "ICJ")),
    *((value, "IGO", False) for value in ("NAT", "ASN", "ARL", "OAS", "OAU", "OIC", "OPC", "GCC", "GOE", "GOS", "WAS")),
    *((value, "IGO", False) for value in ("IAE", "ICC", "IMF", "WBK", "WTO", "SCE", "CIS", "CWN", "COE", "SAD", "SAA")),
    *((value, "IMG", False) for value in ("ALQ",)),
)

# Numbers of COW and of Gleditsch and Ward that two of our codes share, each with its days [since, until).
NUMBERS_BY_DAY = {
    "345": (
        ("YUG", "", "2003-02-04", False),
        ("SCG", "2003-02-04", "2006-06-05", False),
        ("SRB", "2006-06-05", "", True),
    ),
    "365": (("SUN", "", "1991-12-26", False), ("RUS", "1991-12-26", "", True)),
}
NOT_IN = {("gw", "345", "SRB")}  # 340 there
# By (system, number), or ("", number) where both have it.
NUMBERED = {
    ("gw", "115"): "SUR",
    ("gw", "340"): "SRB",
    ("gw", "370"): "BLR",
    ("", "255"): "DEU",
    ("", "260"): "DEU",
    ("", "265"): "DDR",
    ("", "315"): "CSK",
    ("", "343"): "MKD",
    ("", "347"): "KOS",
    ("", "360"): "ROU",
    ("", "484"): "COG",
    ("", "490"): "COD",
    ("", "511"): "TZA",
    ("", "678"): "YEM",
    ("", "679"): "YEM",
    ("", "680"): "YMD",
    ("", "711"): "CHN",
    ("", "731"): "PRK",
    ("", "732"): "KOR",
    ("", "816"): "VNM",
    ("", "817"): "VDR",
}

ICEWS_CODES = {"KSV": "KOS", "TMP": "TLS"}
ICEWS_NAMES = {"Antarctica": "", "Congo": "COG", "Wallis and Futuna Islands": "FRA", "Wallis and Futuna": "FRA"}
NOT_WRITTEN = {
    "Brunei Darussalam", "Cook Island", "Democratic Republic of the Congo", "Guinea Bissau", "Macedonia",
    "Madagaskar", "Moldova", "Republic of South Africa", "Russia", "Palestine", "Serbia and Montenegro",
    "Timor Leste", "United Republic Of Tanzania",
}  # fmt: skip

# ---- sectors: (their value, our sector, whether it is what we write); the first that an actor has is its sector ----

_MINISTRIES = (
    "Cabinet", "Executive Office", "Executive", "Foreign Ministry", "Agriculture / Fishing / Forestry Ministry",
    "Finance / Economy / Commerce / Trade Ministry", "Defense / Security Ministry", "Education Ministry",
    "Energy Ministry", "Environment Ministry", "Transportation Ministry", "Food Ministry", "Disaster Ministry",
    "Health Ministry", "Interior / Home Ministry", "Industrial / Textiles / Mining Ministry", "NGO Ministry",
    "Science / Tech / Knowledge / Innovation Ministry", "Labor Ministry", "Post / Tecoms Ministry",
    "Science / Tech Ministry", "Water Ministry", "Justice / Law Ministry", "Tourism Ministry", "Drugs Ministry",
    "Women / Children / Social / Welfare / Development / Religion Ministry", "Human Rights Ministry",
    "Elections Ministry", "Housing / Construction Ministry", "Information / Communication / Transparency Ministry",
    "Management / Budget / Planning / Organization Ministry",
)  # fmt: skip
_FORCES = ("Army", "Navy", "Air Force", "Marines", "Coast Guard", "Research And Design Wings")

SECTOR_SOURCES = {
    "cameo": "hand: CAMEO 1.1b3, generic actor codes",
    "icews": "names: github.com/openeventdata/text_to_CAMEO 6d7b3ab agentnames.txt; sector and rank ours",
    "acled": "names: ACLED codebook 2023, types of actors; sector ours",
}
SECTORS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "cameo": (
        ("GOV", "GOV", True), ("MIL", "MIL", True), ("COP", "COP", True), ("JUD", "JUD", True), ("LEG", "LEG", True),
        ("SPY", "SPY", True), ("PTY", "PTY", True), ("OPP", "OPP", True), ("REB", "REB", True), ("INS", "REB", False),
        ("SEP", "PRE", True), ("UAF", "UAF", True), ("CRM", "CRM", True), ("BUS", "BUS", True), ("AGR", "BUS", False),
        ("MNC", "BUS", False), ("MED", "JRN", True), ("EDU", "EDU", True), ("LAB", "LAB", True), ("HLH", "MED", True),
        ("REF", "REF", True), ("ELI", "ELI", True), ("HRI", "SOC", False), ("ENV", "SOC", False),
        ("DEV", "SOC", False), ("NGO", "SOC", True), ("NGM", "SOC", False), ("RAD", "OPP", False),
        ("MOD", "OPP", False), ("SET", "CVL", False), ("CVL", "CVL", True), ("IMG", "REB", False),
        ("IGO", "IGO", True), ("PRM", "PRM", True), ("REL", "REL", True), ("UIS", "UNK", False), ("INT", "UNK", False),
    ),
    "icews": (
        *((name, "GOV", False) for name in _MINISTRIES),
        ("Intelligence Ministry", "SPY", True), ("Military Intelligence", "SPY", False),
        ("Military", "MIL", True), *((name, "MIL", False) for name in _FORCES),
        ("Police", "COP", True), ("Judicial", "JUD", True), ("Legislative / Parliamentary", "LEG", True),
        ("Government", "GOV", True), ("Insurgents", "REB", True), ("Rebel", "REB", False),
        ("Organized Violent", "REB", False), ("Radicals / Extremists / Fundamentalists", "REB", False),
        ("Separatists", "PRE", True), ("Criminals / Gangs", "CRM", True), ("Unidentified Forces", "UAF", True),
        ("Parties", "PTY", True), ("Protestors / Popular Opposition / Mobs", "CVL", False), ("Dissident", "OPP", True),
        ("Exiles", "OPP", False), ("Banned Parties", "OPP", False), ("News", "JRN", False), ("Media", "JRN", True),
        ("Education", "EDU", True), ("Medical / Health", "MED", True), ("Labor", "LAB", True), ("Legal", "JUD", False),
        ("Refugees / Displaced", "REF", True), ("Agricultural", "BUS", False), ("Business", "BUS", True),
        ("Nongovernmental Organizations / Activists", "SOC", True), ("Human Rights NGOs", "SOC", False),
        ("Nongovernmental Organization (International)", "SOC", False),
        ("International Government Organization", "IGO", True), ("National Religious", "REL", True),
        ("International Religious", "REL", False), ("General Population / Civilian / Social", "CVL", True),
        ("Elite", "ELI", True), ("Social", "CVL", False),
    ),
    "acled": (
        ("1", "MIL", False), ("2", "REB", False), ("3", "PRM", False), ("4", "PRM", False), ("5", "CVL", False),
        ("6", "CVL", False), ("7", "CVL", False), ("8", "MIL", False), ("State forces", "MIL", False),
        ("Rebel group", "REB", False), ("Rebel forces", "REB", False), ("Political militia", "PRM", False),
        ("Identity militia", "PRM", False), ("Rioters", "CVL", False), ("Protesters", "CVL", False),
        ("Civilians", "CVL", False), ("External/Other forces", "MIL", False), ("Other forces", "MIL", False),
    ),
}  # fmt: skip

# ---- columns -----------------------------------------------------------------------------------------------------

_POLECAT = (
    "Event ID|Event Date|Event Type|Event Mode|Intensity|Quad Code|Contexts|Actor Name|Actor Country|Actor COW|"
    "Primary Actor Sector|Actor Sectors|Actor Title|Actor Name Raw|Wikipedia Actor ID|Recipient Name|"
    "Recipient Country|Recipient COW|Primary Recipient Sector|Recipient Sectors|Recipient Title|Recipient Name Raw|"
    "Wikipedia Recipient ID|Placename|City|District|Province|Country|Latitude|Longitude|GeoNames ID|Raw Placename|"
    "Feature Type|Source|Publication Date|Story People|Story Organizations|Story Locations|Language|Version"
)
_ICEWS = (
    "Event ID|Event Date|Source Name|Source Sectors|Source Country|Event Text|CAMEO Code|Intensity|Target Name|"
    "Target Sectors|Target Country|Story ID|Sentence Number|Publisher|City|District|Province|Country|Latitude|Longitude"
)
_PHOENIX = (
    "EventID|Date|Year|Month|Day|SourceActorFull|SourceActorEntity|SourceActorRole|SourceActorAttribute|"
    "TargetActorFull|TargetActorEntity|TargetActorRole|TargetActorAttribute|EventCode|EventRootCode|PentaClass|"
    "GoldsteinScore|Issues|Lat|Lon|LocationName|StateName|CountryCode|SentenceID|URLs|NewsSources"
)
_CLINE = (
    "eid|story_date|year|month|day|source|source_root|source_agent|source_others|target|target_root|target_agent|"
    "target_others|code|root_code|quad_class|goldstein|joined_issues|lat|lon|placename|statename|countryname|aid|process"
)
_GED = (
    "id|relid|year|active_year|code_status|type_of_violence|conflict_dset_id|conflict_new_id|conflict_name|"
    "dyad_dset_id|dyad_new_id|dyad_name|side_a_dset_id|side_a_new_id|side_a|side_b_dset_id|side_b_new_id|side_b|"
    "number_of_sources|source_article|source_office|source_date|source_headline|source_original|where_prec|"
    "where_coordinates|where_description|adm_1|adm_2|latitude|longitude|geom_wkt|priogrid_gid|country|country_id|"
    "region|event_clarity|date_prec|date_start|date_end|deaths_a|deaths_b|deaths_civilians|deaths_unknown|best|high|"
    "low|gwnoa|gwnob"
)
_ACLED = (
    "event_id_cnty|event_date|year|time_precision|disorder_type|event_type|sub_event_type|actor1|assoc_actor_1|"
    "inter1|actor2|assoc_actor_2|inter2|interaction|civilian_targeting|iso|region|country|admin1|admin2|admin3|"
    "location|latitude|longitude|geo_precision|source|source_scale|notes|fatalities|tags|timestamp"
)
_CAMEO = "Date|Source|Target|Code|Goldstein|QuadClass|Url"
COLUMNS: dict[str, tuple[list[str], str]] = {
    "icews": (_ICEWS.split("|"), "header of ICEWS Coded Event Data (Harvard Dataverse, doi:10.7910/DVN/28075)"),
    "polecat": (_POLECAT.split("|"), "header of POLECAT Weekly Data (Harvard Dataverse, doi:10.7910/DVN/AJGVIT)"),
    "phoenix": (_PHOENIX.split("|"), "Phoenix data columns; order of github.com/openeventdata/phoenix_pipeline"),
    "cline": (_CLINE.split("|"), "header of the Cline Center Historical Phoenix Event Data"),
    "ucdp": (_GED.split("|"), "header of UCDP GED Global 25.1"),
    "acled": (_ACLED.split("|"), "github.com/dtacled/acledR 1e05ba9, columns of an export"),
    "cameo": (_CAMEO.split("|"), "ours: date, source, target and code as KEDS data has them, and what they weigh"),
}

# ---- types: event, then what the record must have, then the CAMEO code; the first line that fits is taken ----------

PLOVER_CAMEO = """
AGREE pledge=CONSULT 036
AGREE pledge=AID context=economic 0331
AGREE pledge=AID context=military 0332
AGREE pledge=AID context=human_security 0333
AGREE pledge=AID context=peacekeeping 0334
AGREE pledge=AID 033
AGREE pledge=SUPPORT 032
AGREE context=military 0312
AGREE context=legal 0313
AGREE context=intelligence 0314
AGREE context=economic 0311
AGREE pledge=COOPERATE 031
AGREE 030
CONSULT mode=phone 041
CONSULT mode=visit 042
CONSULT mode=third-party 044
CONSULT mode=multilateral 040
CONSULT 040
SUPPORT 050
CONCEDE 035
COOPERATE context=military 062
COOPERATE context=legal 063
COOPERATE context=intelligence 064
COOPERATE context=economic 061
COOPERATE 060
AID context=military 072
AID context=human_security 073
AID context=peacekeeping 074
AID context=asylum 075
AID context=economic 071
AID 070
RETREAT mode=withdraw 0874
RETREAT mode=release 084
RETREAT mode=disarm 0873
RETREAT mode=ceasefire 087
RETREAT mode=access context=peacekeeping 0861
RETREAT mode=access context=human_security 0863
RETREAT mode=access 086
RETREAT mode=resign 080
RETREAT context=military 087
RETREAT 080
REQUEST mode=assist context=military 0212
REQUEST mode=assist context=legal 0213
REQUEST mode=assist context=intelligence 0214
REQUEST mode=assist context=human_security 0233
REQUEST mode=assist context=peacekeeping 0234
REQUEST mode=assist context=economic 0211
REQUEST mode=assist context=diplomatic 022
REQUEST mode=assist 021
REQUEST mode=change context=rights_freedoms 0243
REQUEST mode=change 024
REQUEST mode=yield context=military 0256
REQUEST mode=yield context=legal 0253
REQUEST mode=yield context=economic 0254
REQUEST mode=yield 025
REQUEST mode=meet 026
REQUEST 020
ACCUSE mode=allege context=crime 1121
ACCUSE mode=allege context=corruption 1121
ACCUSE mode=allege context=human_rights 1122
ACCUSE mode=allege context=legal 115
ACCUSE mode=allege 112
ACCUSE mode=investigate context=crime 091
ACCUSE mode=investigate context=corruption 091
ACCUSE mode=investigate context=human_rights 092
ACCUSE mode=investigate context=military 093
ACCUSE mode=investigate 090
ACCUSE mode=disapprove 111
ACCUSE 110
REJECT mode=assist context=military 1212
REJECT mode=assist context=legal 1213
REJECT mode=assist context=human_security 1223
REJECT mode=assist context=peacekeeping 1224
REJECT mode=assist context=economic 1211
REJECT mode=assist 121
REJECT mode=change context=rights_freedoms 1233
REJECT mode=change 123
REJECT mode=yield context=military 1246
REJECT mode=yield context=legal 1243
REJECT mode=yield context=economic 1244
REJECT mode=yield 124
REJECT mode=meet 125
REJECT 120
THREATEN mode=restrict context=economic 1312
THREATEN mode=restrict 132
THREATEN mode=arrest 130
THREATEN mode=relations context=economic 1311
THREATEN mode=relations 1313
THREATEN mode=expel 136
THREATEN mode=territory 1382
THREATEN mode=violence context=cbrn 1385
THREATEN mode=violence context=repression 137
THREATEN mode=violence 138
THREATEN 130
PROTEST mode=demo context=rights_freedoms 1413
PROTEST mode=demo 141
PROTEST mode=riot context=rights_freedoms 1453
PROTEST mode=riot 145
PROTEST mode=strike 143
PROTEST mode=boycott 143
PROTEST mode=hunger 142
PROTEST mode=obstruct 144
PROTEST mode=vandalize 145
PROTEST 140
SANCTION mode=convict 116
SANCTION mode=expel 166
SANCTION mode=withdraw 166
SANCTION mode=discontinue context=economic 163
SANCTION mode=discontinue context=diplomatic 161
SANCTION 160
MOBILIZE mode=troops 154
MOBILIZE mode=police 153
MOBILIZE mode=weapons 150
MOBILIZE mode=militia 154
MOBILIZE 150
COERCE mode=seize context=territory 192
COERCE mode=seize 171
COERCE mode=restrict context=military 191
COERCE mode=restrict context=rights_freedoms 1721
COERCE mode=restrict 172
COERCE mode=censor 1721
COERCE mode=curfew 1723
COERCE mode=martial-law 1724
COERCE mode=arrest 173
COERCE mode=deport 174
COERCE 170
ASSAULT mode=abduct 181
ASSAULT mode=beat 182
ASSAULT mode=torture 1822
ASSAULT mode=sexual 1821
ASSAULT mode=targeted 186
ASSAULT mode=destroy 1712
ASSAULT mode=primitive 182
ASSAULT mode=firearms 193
ASSAULT mode=explosives 183
ASSAULT mode=suicide-attack 1831
ASSAULT mode=aerial 195
ASSAULT mode=drone 195
ASSAULT mode=heavy-weapons 194
ASSAULT mode=crowd-control 175
ASSAULT mode=unconventional 204
ASSAULT context=repression 175
ASSAULT context=military 190
ASSAULT 180
"""

# event type, sub-event type, PLOVER type, mode, context, what is lost ("" where nothing is)
_SIDES = "the two sides are in no order, so who attacked is not told"
_STRAY = "what is behind it is not in the code"
ACLED = (
    ("Battles", "Armed clash", "ASSAULT", "", "military", f"{_SIDES}; the means is not told"),
    ("Battles", "Government regains territory", "ASSAULT", "", "territory", "that territory changed hands is dropped"),
    ("Battles", "Non-state actor overtakes territory", "ASSAULT", "", "territory",
     "that territory changed hands is dropped"),
    ("Explosions/Remote violence", "Chemical weapon", "ASSAULT", "unconventional", "cbrn", ""),
    ("Explosions/Remote violence", "Air/drone strike", "ASSAULT", "aerial", "military",
     "manned aircraft and drones are two modes"),
    ("Explosions/Remote violence", "Suicide bomb", "ASSAULT", "suicide-attack", "terrorism", ""),
    ("Explosions/Remote violence", "Shelling/artillery/missile attack", "ASSAULT", "heavy-weapons", "military", ""),
    ("Explosions/Remote violence", "Remote explosive/landmine/IED", "ASSAULT", "explosives", "", ""),
    ("Explosions/Remote violence", "Grenade", "ASSAULT", "explosives", "", ""),
    ("Violence against civilians", "Sexual violence", "ASSAULT", "sexual", "", ""),
    ("Violence against civilians", "Attack", "ASSAULT", "", "", "the means is not told"),
    ("Violence against civilians", "Abduction/forced disappearance", "ASSAULT", "abduct", "", ""),
    ("Protests", "Peaceful protest", "PROTEST", "demo", "", ""),
    ("Protests", "Protest with intervention", "PROTEST", "demo", "", "the force used on the protesters is dropped"),
    ("Protests", "Excessive force against protesters", "PROTEST", "demo", "",
     "the force used on the protesters is dropped"),
    ("Riots", "Violent demonstration", "PROTEST", "riot", "", ""),
    ("Riots", "Mob violence", "PROTEST", "riot", "", "violence of mobs on people would be ASSAULT"),
    ("Strategic developments", "Agreement", "SUPPORT", "", "diplomatic", "signed and only announced are one sub-event"),
    ("Strategic developments", "Arrests", "COERCE", "arrest", "", ""),
    ("Strategic developments", "Change to group/activity", "", "", "", f"PLOVER has no type for it; {_STRAY}"),
    ("Strategic developments", "Disrupted weapons use", "COERCE", "seize", "military",
     "weapons seized and weapons intercepted are one sub-event"),
    ("Strategic developments", "Headquarters or base established", "MOBILIZE", "troops", "military",
     "that the base is to stay is dropped"),
    ("Strategic developments", "Looting/property destruction", "COERCE", "seize", "",
     "destruction would be ASSAULT destroy"),
    ("Strategic developments", "Non-violent transfer of territory", "COERCE", "seize", "territory",
     "taking and handing over are one sub-event"),
    ("Strategic developments", "Other", "", "", "", f"PLOVER has no type for it; {_STRAY}"),
)  # fmt: skip

extension UnicodeScript {
  /// Each script's name, a colon, and its code points in hexadecimal, ranges as first-last; then a
  /// semicolon.
  /// Unicode 14.0.0; written by `Tests/Setup/unicode_scripts.pl`.
  // swift-format-ignore
  static let scriptRanges = """
    Adlam: 1E900-1E94B 1E950-1E959 1E95E-1E95F;
    Ahom: 11700-1171A 1171D-1172B 11730-11746;
    Anatolian hieroglyphs: 14400-14646;
    Arabic: 600-604 606-60B 60D-61A 61C-61E 620-63F 641-64A 656-66F 671-6DC 6DE-6FF 750-77F
    870-88E 890-891 898-8E1 8E3-8FF FB50-FBC2 FBD3-FD3D FD40-FD8F FD92-FDC7 FDCF FDF0-FDFF
    FE70-FE74 FE76-FEFC 10E60-10E7E 1EE00-1EE03 1EE05-1EE1F 1EE21-1EE22 1EE24 1EE27 1EE29-1EE32
    1EE34-1EE37 1EE39 1EE3B 1EE42 1EE47 1EE49 1EE4B 1EE4D-1EE4F 1EE51-1EE52 1EE54 1EE57 1EE59
    1EE5B 1EE5D 1EE5F 1EE61-1EE62 1EE64 1EE67-1EE6A 1EE6C-1EE72 1EE74-1EE77 1EE79-1EE7C 1EE7E
    1EE80-1EE89 1EE8B-1EE9B 1EEA1-1EEA3 1EEA5-1EEA9 1EEAB-1EEBB 1EEF0-1EEF1;
    Armenian: 531-556 559-58A 58D-58F FB13-FB17;
    Avestan: 10B00-10B35 10B39-10B3F;
    Balinese: 1B00-1B4C 1B50-1B7E;
    Bamum: A6A0-A6F7 16800-16A38;
    Bassa vah: 16AD0-16AED 16AF0-16AF5;
    Batak: 1BC0-1BF3 1BFC-1BFF;
    Bengali: 980-983 985-98C 98F-990 993-9A8 9AA-9B0 9B2 9B6-9B9 9BC-9C4 9C7-9C8 9CB-9CE 9D7
    9DC-9DD 9DF-9E3 9E6-9FE;
    Bhaiksuki: 11C00-11C08 11C0A-11C36 11C38-11C45 11C50-11C6C;
    Bopomofo: 2EA-2EB 3105-312F 31A0-31BF;
    Brahmi: 11000-1104D 11052-11075 1107F;
    Braille: 2800-28FF;
    Buginese: 1A00-1A1B 1A1E-1A1F;
    Buhid: 1740-1753;
    Canadian aboriginal: 1400-167F 18B0-18F5 11AB0-11ABF;
    Carian: 102A0-102D0;
    Caucasian albanian: 10530-10563 1056F;
    Chakma: 11100-11134 11136-11147;
    Cham: AA00-AA36 AA40-AA4D AA50-AA59 AA5C-AA5F;
    Cherokee: 13A0-13F5 13F8-13FD AB70-ABBF;
    Chorasmian: 10FB0-10FCB;
    Coptic: 3E2-3EF 2C80-2CF3 2CF9-2CFF;
    Cuneiform: 12000-12399 12400-1246E 12470-12474 12480-12543;
    Cypriot: 10800-10805 10808 1080A-10835 10837-10838 1083C 1083F;
    Cypro minoan: 12F90-12FF2;
    Cyrillic: 400-484 487-52F 1C80-1C88 1D2B 1D78 2DE0-2DFF A640-A69F FE2E-FE2F;
    Deseret: 10400-1044F;
    Devanagari: 900-950 955-963 966-97F A8E0-A8FF;
    Dives akuru: 11900-11906 11909 1190C-11913 11915-11916 11918-11935 11937-11938 1193B-11946
    11950-11959;
    Dogra: 11800-1183B;
    Duployan: 1BC00-1BC6A 1BC70-1BC7C 1BC80-1BC88 1BC90-1BC99 1BC9C-1BC9F;
    Egyptian hieroglyphs: 13000-1342E 13430-13438;
    Elbasan: 10500-10527;
    Elymaic: 10FE0-10FF6;
    Ethiopic: 1200-1248 124A-124D 1250-1256 1258 125A-125D 1260-1288 128A-128D 1290-12B0
    12B2-12B5 12B8-12BE 12C0 12C2-12C5 12C8-12D6 12D8-1310 1312-1315 1318-135A 135D-137C
    1380-1399 2D80-2D96 2DA0-2DA6 2DA8-2DAE 2DB0-2DB6 2DB8-2DBE 2DC0-2DC6 2DC8-2DCE 2DD0-2DD6
    2DD8-2DDE AB01-AB06 AB09-AB0E AB11-AB16 AB20-AB26 AB28-AB2E 1E7E0-1E7E6 1E7E8-1E7EB
    1E7ED-1E7EE 1E7F0-1E7FE;
    Georgian: 10A0-10C5 10C7 10CD 10D0-10FA 10FC-10FF 1C90-1CBA 1CBD-1CBF 2D00-2D25 2D27 2D2D;
    Glagolitic: 2C00-2C5F 1E000-1E006 1E008-1E018 1E01B-1E021 1E023-1E024 1E026-1E02A;
    Gothic: 10330-1034A;
    Grantha: 11300-11303 11305-1130C 1130F-11310 11313-11328 1132A-11330 11332-11333
    11335-11339 1133C-11344 11347-11348 1134B-1134D 11350 11357 1135D-11363 11366-1136C
    11370-11374;
    Greek: 370-373 375-377 37A-37D 37F 384 386 388-38A 38C 38E-3A1 3A3-3E1 3F0-3FF 1D26-1D2A
    1D5D-1D61 1D66-1D6A 1DBF 1F00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D
    1F5F-1F7D 1F80-1FB4 1FB6-1FC4 1FC6-1FD3 1FD6-1FDB 1FDD-1FEF 1FF2-1FF4 1FF6-1FFE 2126 AB65
    10140-1018E 101A0 1D200-1D245;
    Gujarati: A81-A83 A85-A8D A8F-A91 A93-AA8 AAA-AB0 AB2-AB3 AB5-AB9 ABC-AC5 AC7-AC9 ACB-ACD
    AD0 AE0-AE3 AE6-AF1 AF9-AFF;
    Gunjala gondi: 11D60-11D65 11D67-11D68 11D6A-11D8E 11D90-11D91 11D93-11D98 11DA0-11DA9;
    Gurmukhi: A01-A03 A05-A0A A0F-A10 A13-A28 A2A-A30 A32-A33 A35-A36 A38-A39 A3C A3E-A42
    A47-A48 A4B-A4D A51 A59-A5C A5E A66-A76;
    Han: 2E80-2E99 2E9B-2EF3 2F00-2FD5 3005 3007 3021-3029 3038-303B 3400-4DBF 4E00-9FFF
    F900-FA6D FA70-FAD9 16FE2-16FE3 16FF0-16FF1 20000-2A6DF 2A700-2B738 2B740-2B81D 2B820-2CEA1
    2CEB0-2EBE0 2F800-2FA1D 30000-3134A;
    Hangul: 1100-11FF 302E-302F 3131-318E 3200-321E 3260-327E A960-A97C AC00-D7A3 D7B0-D7C6
    D7CB-D7FB FFA0-FFBE FFC2-FFC7 FFCA-FFCF FFD2-FFD7 FFDA-FFDC;
    Hanifi rohingya: 10D00-10D27 10D30-10D39;
    Hanunoo: 1720-1734;
    Hatran: 108E0-108F2 108F4-108F5 108FB-108FF;
    Hebrew: 591-5C7 5D0-5EA 5EF-5F4 FB1D-FB36 FB38-FB3C FB3E FB40-FB41 FB43-FB44 FB46-FB4F;
    Hiragana: 3041-3096 309D-309F 1B001-1B11F 1B150-1B152 1F200;
    Imperial aramaic: 10840-10855 10857-1085F;
    Inscriptional pahlavi: 10B60-10B72 10B78-10B7F;
    Inscriptional parthian: 10B40-10B55 10B58-10B5F;
    Javanese: A980-A9CD A9D0-A9D9 A9DE-A9DF;
    Kaithi: 11080-110C2 110CD;
    Kannada: C80-C8C C8E-C90 C92-CA8 CAA-CB3 CB5-CB9 CBC-CC4 CC6-CC8 CCA-CCD CD5-CD6 CDD-CDE
    CE0-CE3 CE6-CEF CF1-CF2;
    Katakana: 30A1-30FA 30FD-30FF 31F0-31FF 32D0-32FE 3300-3357 FF66-FF6F FF71-FF9D 1AFF0-1AFF3
    1AFF5-1AFFB 1AFFD-1AFFE 1B000 1B120-1B122 1B164-1B167;
    Kayah li: A900-A92D A92F;
    Kharoshthi: 10A00-10A03 10A05-10A06 10A0C-10A13 10A15-10A17 10A19-10A35 10A38-10A3A
    10A3F-10A48 10A50-10A58;
    Khitan small script: 16FE4 18B00-18CD5;
    Khmer: 1780-17DD 17E0-17E9 17F0-17F9 19E0-19FF;
    Khojki: 11200-11211 11213-1123E;
    Khudawadi: 112B0-112EA 112F0-112F9;
    Lao: E81-E82 E84 E86-E8A E8C-EA3 EA5 EA7-EBD EC0-EC4 EC6 EC8-ECD ED0-ED9 EDC-EDF;
    Latin: 41-5A 61-7A AA BA C0-D6 D8-F6 F8-2B8 2E0-2E4 1D00-1D25 1D2C-1D5C 1D62-1D65 1D6B-1D77
    1D79-1DBE 1E00-1EFF 2071 207F 2090-209C 212A-212B 2132 214E 2160-2188 2C60-2C7F A722-A787
    A78B-A7CA A7D0-A7D1 A7D3 A7D5-A7D9 A7F2-A7FF AB30-AB5A AB5C-AB64 AB66-AB69 FB00-FB06
    FF21-FF3A FF41-FF5A 10780-10785 10787-107B0 107B2-107BA 1DF00-1DF1E;
    Lepcha: 1C00-1C37 1C3B-1C49 1C4D-1C4F;
    Limbu: 1900-191E 1920-192B 1930-193B 1940 1944-194F;
    Linear a: 10600-10736 10740-10755 10760-10767;
    Linear b: 10000-1000B 1000D-10026 10028-1003A 1003C-1003D 1003F-1004D 10050-1005D
    10080-100FA;
    Lisu: A4D0-A4FF 11FB0;
    Lycian: 10280-1029C;
    Lydian: 10920-10939 1093F;
    Mahajani: 11150-11176;
    Makasar: 11EE0-11EF8;
    Malayalam: D00-D0C D0E-D10 D12-D44 D46-D48 D4A-D4F D54-D63 D66-D7F;
    Mandaic: 840-85B 85E;
    Manichaean: 10AC0-10AE6 10AEB-10AF6;
    Marchen: 11C70-11C8F 11C92-11CA7 11CA9-11CB6;
    Masaram gondi: 11D00-11D06 11D08-11D09 11D0B-11D36 11D3A 11D3C-11D3D 11D3F-11D47
    11D50-11D59;
    Medefaidrin: 16E40-16E9A;
    Meetei mayek: AAE0-AAF6 ABC0-ABED ABF0-ABF9;
    Mende kikakui: 1E800-1E8C4 1E8C7-1E8D6;
    Meroitic cursive: 109A0-109B7 109BC-109CF 109D2-109FF;
    Meroitic hieroglyphs: 10980-1099F;
    Miao: 16F00-16F4A 16F4F-16F87 16F8F-16F9F;
    Modi: 11600-11644 11650-11659;
    Mongolian: 1800-1801 1804 1806-1819 1820-1878 1880-18AA 11660-1166C;
    Mro: 16A40-16A5E 16A60-16A69 16A6E-16A6F;
    Multani: 11280-11286 11288 1128A-1128D 1128F-1129D 1129F-112A9;
    Myanmar: 1000-109F A9E0-A9FE AA60-AA7F;
    Nabataean: 10880-1089E 108A7-108AF;
    Nandinagari: 119A0-119A7 119AA-119D7 119DA-119E4;
    New tai lue: 1980-19AB 19B0-19C9 19D0-19DA 19DE-19DF;
    Newa: 11400-1145B 1145D-11461;
    Nko: 7C0-7FA 7FD-7FF;
    Nushu: 16FE1 1B170-1B2FB;
    Nyiakeng puachue hmong: 1E100-1E12C 1E130-1E13D 1E140-1E149 1E14E-1E14F;
    Ogham: 1680-169C;
    Ol chiki: 1C50-1C7F;
    Old hungarian: 10C80-10CB2 10CC0-10CF2 10CFA-10CFF;
    Old italic: 10300-10323 1032D-1032F;
    Old north arabian: 10A80-10A9F;
    Old permic: 10350-1037A;
    Old persian: 103A0-103C3 103C8-103D5;
    Old sogdian: 10F00-10F27;
    Old south arabian: 10A60-10A7F;
    Old turkic: 10C00-10C48;
    Old uyghur: 10F70-10F89;
    Oriya: B01-B03 B05-B0C B0F-B10 B13-B28 B2A-B30 B32-B33 B35-B39 B3C-B44 B47-B48 B4B-B4D
    B55-B57 B5C-B5D B5F-B63 B66-B77;
    Osage: 104B0-104D3 104D8-104FB;
    Osmanya: 10480-1049D 104A0-104A9;
    Pahawh hmong: 16B00-16B45 16B50-16B59 16B5B-16B61 16B63-16B77 16B7D-16B8F;
    Palmyrene: 10860-1087F;
    Pau cin hau: 11AC0-11AF8;
    Phags pa: A840-A877;
    Phoenician: 10900-1091B 1091F;
    Psalter pahlavi: 10B80-10B91 10B99-10B9C 10BA9-10BAF;
    Rejang: A930-A953 A95F;
    Runic: 16A0-16EA 16EE-16F8;
    Samaritan: 800-82D 830-83E;
    Saurashtra: A880-A8C5 A8CE-A8D9;
    Sharada: 11180-111DF;
    Shavian: 10450-1047F;
    Siddham: 11580-115B5 115B8-115DD;
    SignWriting: 1D800-1DA8B 1DA9B-1DA9F 1DAA1-1DAAF;
    Sinhala: D81-D83 D85-D96 D9A-DB1 DB3-DBB DBD DC0-DC6 DCA DCF-DD4 DD6 DD8-DDF DE6-DEF
    DF2-DF4 111E1-111F4;
    Sogdian: 10F30-10F59;
    Sora sompeng: 110D0-110E8 110F0-110F9;
    Soyombo: 11A50-11AA2;
    Sundanese: 1B80-1BBF 1CC0-1CC7;
    Syloti nagri: A800-A82C;
    Syriac: 700-70D 70F-74A 74D-74F 860-86A;
    Tagalog: 1700-1715 171F;
    Tagbanwa: 1760-176C 176E-1770 1772-1773;
    Tai le: 1950-196D 1970-1974;
    Tai tham: 1A20-1A5E 1A60-1A7C 1A7F-1A89 1A90-1A99 1AA0-1AAD;
    Tai viet: AA80-AAC2 AADB-AADF;
    Takri: 11680-116B9 116C0-116C9;
    Tamil: B82-B83 B85-B8A B8E-B90 B92-B95 B99-B9A B9C B9E-B9F BA3-BA4 BA8-BAA BAE-BB9 BBE-BC2
    BC6-BC8 BCA-BCD BD0 BD7 BE6-BFA 11FC0-11FF1 11FFF;
    Tangsa: 16A70-16ABE 16AC0-16AC9;
    Tangut: 16FE0 17000-187F7 18800-18AFF 18D00-18D08;
    Telugu: C00-C0C C0E-C10 C12-C28 C2A-C39 C3C-C44 C46-C48 C4A-C4D C55-C56 C58-C5A C5D C60-C63
    C66-C6F C77-C7F;
    Thaana: 780-7B1;
    Thai: E01-E3A E40-E5B;
    Tibetan: F00-F47 F49-F6C F71-F97 F99-FBC FBE-FCC FCE-FD4 FD9-FDA;
    Tifinagh: 2D30-2D67 2D6F-2D70 2D7F;
    Tirhuta: 11480-114C7 114D0-114D9;
    Toto: 1E290-1E2AE;
    Ugaritic: 10380-1039D 1039F;
    Vai: A500-A62B;
    Vithkuqi: 10570-1057A 1057C-1058A 1058C-10592 10594-10595 10597-105A1 105A3-105B1
    105B3-105B9 105BB-105BC;
    Wancho: 1E2C0-1E2F9 1E2FF;
    Warang citi: 118A0-118F2 118FF;
    Yezidi: 10E80-10EA9 10EAB-10EAD 10EB0-10EB1;
    Yi: A000-A48C A490-A4C6;
    Zanabazar square: 11A00-11A47;
    """

  /// Each block's name, a colon, and its code points in hexadecimal.
  // swift-format-ignore
  static let blockRanges = """
    Basic Latin:0-7F; Latin-1 Supplement:80-FF; Latin Extended-A:100-17F;
    Latin Extended-B:180-24F; IPA Extensions:250-2AF; Spacing Modifier Letters:2B0-2FF;
    Combining Diacritical Marks:300-36F; Greek and Coptic:370-3FF; Cyrillic:400-4FF;
    Cyrillic Supplement:500-52F; Armenian:530-58F; Hebrew:590-5FF; Arabic:600-6FF;
    Syriac:700-74F; Arabic Supplement:750-77F; Thaana:780-7BF; NKo:7C0-7FF; Samaritan:800-83F;
    Mandaic:840-85F; Syriac Supplement:860-86F; Arabic Extended-B:870-89F;
    Arabic Extended-A:8A0-8FF; Devanagari:900-97F; Bengali:980-9FF; Gurmukhi:A00-A7F;
    Gujarati:A80-AFF; Oriya:B00-B7F; Tamil:B80-BFF; Telugu:C00-C7F; Kannada:C80-CFF;
    Malayalam:D00-D7F; Sinhala:D80-DFF; Thai:E00-E7F; Lao:E80-EFF; Tibetan:F00-FFF;
    Myanmar:1000-109F; Georgian:10A0-10FF; Hangul Jamo:1100-11FF; Ethiopic:1200-137F;
    Ethiopic Supplement:1380-139F; Cherokee:13A0-13FF;
    Unified Canadian Aboriginal Syllabics:1400-167F; Ogham:1680-169F; Runic:16A0-16FF;
    Tagalog:1700-171F; Hanunoo:1720-173F; Buhid:1740-175F; Tagbanwa:1760-177F; Khmer:1780-17FF;
    Mongolian:1800-18AF; Unified Canadian Aboriginal Syllabics Extended:18B0-18FF;
    Limbu:1900-194F; Tai Le:1950-197F; New Tai Lue:1980-19DF; Khmer Symbols:19E0-19FF;
    Buginese:1A00-1A1F; Tai Tham:1A20-1AAF; Combining Diacritical Marks Extended:1AB0-1AFF;
    Balinese:1B00-1B7F; Sundanese:1B80-1BBF; Batak:1BC0-1BFF; Lepcha:1C00-1C4F;
    Ol Chiki:1C50-1C7F; Cyrillic Extended-C:1C80-1C8F; Georgian Extended:1C90-1CBF;
    Sundanese Supplement:1CC0-1CCF; Vedic Extensions:1CD0-1CFF; Phonetic Extensions:1D00-1D7F;
    Phonetic Extensions Supplement:1D80-1DBF; Combining Diacritical Marks Supplement:1DC0-1DFF;
    Latin Extended Additional:1E00-1EFF; Greek Extended:1F00-1FFF;
    General Punctuation:2000-206F; Superscripts and Subscripts:2070-209F;
    Currency Symbols:20A0-20CF; Combining Diacritical Marks for Symbols:20D0-20FF;
    Letterlike Symbols:2100-214F; Number Forms:2150-218F; Arrows:2190-21FF;
    Mathematical Operators:2200-22FF; Miscellaneous Technical:2300-23FF;
    Control Pictures:2400-243F; Optical Character Recognition:2440-245F;
    Enclosed Alphanumerics:2460-24FF; Box Drawing:2500-257F; Block Elements:2580-259F;
    Geometric Shapes:25A0-25FF; Miscellaneous Symbols:2600-26FF; Dingbats:2700-27BF;
    Miscellaneous Mathematical Symbols-A:27C0-27EF; Supplemental Arrows-A:27F0-27FF;
    Braille Patterns:2800-28FF; Supplemental Arrows-B:2900-297F;
    Miscellaneous Mathematical Symbols-B:2980-29FF;
    Supplemental Mathematical Operators:2A00-2AFF; Miscellaneous Symbols and Arrows:2B00-2BFF;
    Glagolitic:2C00-2C5F; Latin Extended-C:2C60-2C7F; Coptic:2C80-2CFF;
    Georgian Supplement:2D00-2D2F; Tifinagh:2D30-2D7F; Ethiopic Extended:2D80-2DDF;
    Cyrillic Extended-A:2DE0-2DFF; Supplemental Punctuation:2E00-2E7F;
    CJK Radicals Supplement:2E80-2EFF; Kangxi Radicals:2F00-2FDF;
    Ideographic Description Characters:2FF0-2FFF; CJK Symbols and Punctuation:3000-303F;
    Hiragana:3040-309F; Katakana:30A0-30FF; Bopomofo:3100-312F;
    Hangul Compatibility Jamo:3130-318F; Kanbun:3190-319F; Bopomofo Extended:31A0-31BF;
    CJK Strokes:31C0-31EF; Katakana Phonetic Extensions:31F0-31FF;
    Enclosed CJK Letters and Months:3200-32FF; CJK Compatibility:3300-33FF;
    CJK Unified Ideographs Extension A:3400-4DBF; Yijing Hexagram Symbols:4DC0-4DFF;
    CJK Unified Ideographs:4E00-9FFF; Yi Syllables:A000-A48F; Yi Radicals:A490-A4CF;
    Lisu:A4D0-A4FF; Vai:A500-A63F; Cyrillic Extended-B:A640-A69F; Bamum:A6A0-A6FF;
    Modifier Tone Letters:A700-A71F; Latin Extended-D:A720-A7FF; Syloti Nagri:A800-A82F;
    Common Indic Number Forms:A830-A83F; Phags-pa:A840-A87F; Saurashtra:A880-A8DF;
    Devanagari Extended:A8E0-A8FF; Kayah Li:A900-A92F; Rejang:A930-A95F;
    Hangul Jamo Extended-A:A960-A97F; Javanese:A980-A9DF; Myanmar Extended-B:A9E0-A9FF;
    Cham:AA00-AA5F; Myanmar Extended-A:AA60-AA7F; Tai Viet:AA80-AADF;
    Meetei Mayek Extensions:AAE0-AAFF; Ethiopic Extended-A:AB00-AB2F;
    Latin Extended-E:AB30-AB6F; Cherokee Supplement:AB70-ABBF; Meetei Mayek:ABC0-ABFF;
    Hangul Syllables:AC00-D7AF; Hangul Jamo Extended-B:D7B0-D7FF; High Surrogates:D800-DB7F;
    High Private Use Surrogates:DB80-DBFF; Low Surrogates:DC00-DFFF;
    Private Use Area:E000-F8FF; CJK Compatibility Ideographs:F900-FAFF;
    Alphabetic Presentation Forms:FB00-FB4F; Arabic Presentation Forms-A:FB50-FDFF;
    Variation Selectors:FE00-FE0F; Vertical Forms:FE10-FE1F; Combining Half Marks:FE20-FE2F;
    CJK Compatibility Forms:FE30-FE4F; Small Form Variants:FE50-FE6F;
    Arabic Presentation Forms-B:FE70-FEFF; Halfwidth and Fullwidth Forms:FF00-FFEF;
    Specials:FFF0-FFFF; Linear B Syllabary:10000-1007F; Linear B Ideograms:10080-100FF;
    Aegean Numbers:10100-1013F; Ancient Greek Numbers:10140-1018F; Ancient Symbols:10190-101CF;
    Phaistos Disc:101D0-101FF; Lycian:10280-1029F; Carian:102A0-102DF;
    Coptic Epact Numbers:102E0-102FF; Old Italic:10300-1032F; Gothic:10330-1034F;
    Old Permic:10350-1037F; Ugaritic:10380-1039F; Old Persian:103A0-103DF; Deseret:10400-1044F;
    Shavian:10450-1047F; Osmanya:10480-104AF; Osage:104B0-104FF; Elbasan:10500-1052F;
    Caucasian Albanian:10530-1056F; Vithkuqi:10570-105BF; Linear A:10600-1077F;
    Latin Extended-F:10780-107BF; Cypriot Syllabary:10800-1083F; Imperial Aramaic:10840-1085F;
    Palmyrene:10860-1087F; Nabataean:10880-108AF; Hatran:108E0-108FF; Phoenician:10900-1091F;
    Lydian:10920-1093F; Meroitic Hieroglyphs:10980-1099F; Meroitic Cursive:109A0-109FF;
    Kharoshthi:10A00-10A5F; Old South Arabian:10A60-10A7F; Old North Arabian:10A80-10A9F;
    Manichaean:10AC0-10AFF; Avestan:10B00-10B3F; Inscriptional Parthian:10B40-10B5F;
    Inscriptional Pahlavi:10B60-10B7F; Psalter Pahlavi:10B80-10BAF; Old Turkic:10C00-10C4F;
    Old Hungarian:10C80-10CFF; Hanifi Rohingya:10D00-10D3F; Rumi Numeral Symbols:10E60-10E7F;
    Yezidi:10E80-10EBF; Old Sogdian:10F00-10F2F; Sogdian:10F30-10F6F; Old Uyghur:10F70-10FAF;
    Chorasmian:10FB0-10FDF; Elymaic:10FE0-10FFF; Brahmi:11000-1107F; Kaithi:11080-110CF;
    Sora Sompeng:110D0-110FF; Chakma:11100-1114F; Mahajani:11150-1117F; Sharada:11180-111DF;
    Sinhala Archaic Numbers:111E0-111FF; Khojki:11200-1124F; Multani:11280-112AF;
    Khudawadi:112B0-112FF; Grantha:11300-1137F; Newa:11400-1147F; Tirhuta:11480-114DF;
    Siddham:11580-115FF; Modi:11600-1165F; Mongolian Supplement:11660-1167F; Takri:11680-116CF;
    Ahom:11700-1174F; Dogra:11800-1184F; Warang Citi:118A0-118FF; Dives Akuru:11900-1195F;
    Nandinagari:119A0-119FF; Zanabazar Square:11A00-11A4F; Soyombo:11A50-11AAF;
    Unified Canadian Aboriginal Syllabics Extended-A:11AB0-11ABF; Pau Cin Hau:11AC0-11AFF;
    Bhaiksuki:11C00-11C6F; Marchen:11C70-11CBF; Masaram Gondi:11D00-11D5F;
    Gunjala Gondi:11D60-11DAF; Makasar:11EE0-11EFF; Lisu Supplement:11FB0-11FBF;
    Tamil Supplement:11FC0-11FFF; Cuneiform:12000-123FF;
    Cuneiform Numbers and Punctuation:12400-1247F; Early Dynastic Cuneiform:12480-1254F;
    Cypro-Minoan:12F90-12FFF; Egyptian Hieroglyphs:13000-1342F;
    Egyptian Hieroglyph Format Controls:13430-1343F; Anatolian Hieroglyphs:14400-1467F;
    Bamum Supplement:16800-16A3F; Mro:16A40-16A6F; Tangsa:16A70-16ACF; Bassa Vah:16AD0-16AFF;
    Pahawh Hmong:16B00-16B8F; Medefaidrin:16E40-16E9F; Miao:16F00-16F9F;
    Ideographic Symbols and Punctuation:16FE0-16FFF; Tangut:17000-187FF;
    Tangut Components:18800-18AFF; Khitan Small Script:18B00-18CFF;
    Tangut Supplement:18D00-18D7F; Kana Extended-B:1AFF0-1AFFF; Kana Supplement:1B000-1B0FF;
    Kana Extended-A:1B100-1B12F; Small Kana Extension:1B130-1B16F; Nushu:1B170-1B2FF;
    Duployan:1BC00-1BC9F; Shorthand Format Controls:1BCA0-1BCAF;
    Znamenny Musical Notation:1CF00-1CFCF; Byzantine Musical Symbols:1D000-1D0FF;
    Musical Symbols:1D100-1D1FF; Ancient Greek Musical Notation:1D200-1D24F;
    Mayan Numerals:1D2E0-1D2FF; Tai Xuan Jing Symbols:1D300-1D35F;
    Counting Rod Numerals:1D360-1D37F; Mathematical Alphanumeric Symbols:1D400-1D7FF;
    Sutton SignWriting:1D800-1DAAF; Latin Extended-G:1DF00-1DFFF;
    Glagolitic Supplement:1E000-1E02F; Nyiakeng Puachue Hmong:1E100-1E14F; Toto:1E290-1E2BF;
    Wancho:1E2C0-1E2FF; Ethiopic Extended-B:1E7E0-1E7FF; Mende Kikakui:1E800-1E8DF;
    Adlam:1E900-1E95F; Indic Siyaq Numbers:1EC70-1ECBF; Ottoman Siyaq Numbers:1ED00-1ED4F;
    Arabic Mathematical Alphabetic Symbols:1EE00-1EEFF; Mahjong Tiles:1F000-1F02F;
    Domino Tiles:1F030-1F09F; Playing Cards:1F0A0-1F0FF;
    Enclosed Alphanumeric Supplement:1F100-1F1FF; Enclosed Ideographic Supplement:1F200-1F2FF;
    Miscellaneous Symbols and Pictographs:1F300-1F5FF; Emoticons:1F600-1F64F;
    Ornamental Dingbats:1F650-1F67F; Transport and Map Symbols:1F680-1F6FF;
    Alchemical Symbols:1F700-1F77F; Geometric Shapes Extended:1F780-1F7FF;
    Supplemental Arrows-C:1F800-1F8FF; Supplemental Symbols and Pictographs:1F900-1F9FF;
    Chess Symbols:1FA00-1FA6F; Symbols and Pictographs Extended-A:1FA70-1FAFF;
    Symbols for Legacy Computing:1FB00-1FBFF; CJK Unified Ideographs Extension B:20000-2A6DF;
    CJK Unified Ideographs Extension C:2A700-2B73F;
    CJK Unified Ideographs Extension D:2B740-2B81F;
    CJK Unified Ideographs Extension E:2B820-2CEAF;
    CJK Unified Ideographs Extension F:2CEB0-2EBEF;
    CJK Compatibility Ideographs Supplement:2F800-2FA1F;
    CJK Unified Ideographs Extension G:30000-3134F; Tags:E0000-E007F;
    Variation Selectors Supplement:E0100-E01EF; Supplementary Private Use Area-A:F0000-FFFFF;
    Supplementary Private Use Area-B:100000-10FFFF;
    """
}

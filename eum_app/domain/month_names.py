"""Names of months, as a spreadsheet displays dates in the languages of Excel.

Source: Unicode CLDR, short and long names, formatted and standalone, of 46 languages; casefolded, without dots.
"""

from __future__ import annotations

from typing import Final

_ENGLISH: Final = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
_OTHERS: Final = """
    abr abril ag ago agost agosto agu agustus août aprel aprile aprilie aprill apríl apríla aprīlis ara aralık
    augusta augusti augusts augustus augusztus avg avgust avq avqust avr avril ağu ağustos bal balandis balandžio
    birž birželio birželis bře březen března cze czerwca czerwiec decembar decembra decembrie decembris dek dekabr
    des desember desembre dets detsember dez dezember dezembro dhj dhjetor dic dicembre diciembre dis disember
    disyembre dub duben dubna déc décembre eki ekim elo elokuu elokuuta ene enero eyl eylül febbraio febr febrer
    febrero februar februari februarie február februára februāris febrúar fev fevereiro fevral févr février geg
    gegužė gegužės gen gener gennaio giu giugno gru grudnia grudzień gruod gruodis gruodžio gush gusht haz haziran
    heinä heinäkuu heinäkuuta helmi helmikuu helmikuuta huhti huhtikuu huhtikuuta hul hulyo hun hunyo ian ianuarie
    iul iulie iun iunie iyl iyn iyul iyun jaan jaanuar janar janeiro januar januari január januára janv janvier
    janvāris janúar joulu joulukuu joulukuuta juil juillet juin julai julho juli julij julio juliol junho juni junij
    junio juny juuli juuni júl júla július júlí jún júna június júní jūl jūlijs jūn jūnijs kas kasım kesä kesäkuu
    kesäkuuta kol kolovoz kolovoza korr korrik kov kovas kovo kvě květen května kwi kwiecień kwietnia lapkr
    lapkritis lapkričio led leden ledna liep liepa liepos lip lipanj lipca lipiec lipnja lis listopad listopada
    listopadu loka lokakuu lokakuuta lug luglio lut lutego luty maalis maaliskuu maaliskuuta maart mac mag maggio
    mai maig maijs maio maj maja marca marec maret marras marraskuu marraskuuta mars marso mart martie marts marzec
    marzo març março mayo mayıs maí mei mrt mrz máj mája május márc március mär märts märz nis nisan nob nobyembre
    noiembrie novembar novembra novembre novembris novembro noviembre noy noyabr nën nëntor nóv nóvember oca ocak
    octobre octombrie octubre ogo ogos okt oktobar oktober oktobris oktoober oktubre oktyabr október októbra ott
    ottobre out outubro ožu ožujak ožujka paź październik października peb pebrero pri prill pro prosinac prosinca
    prosince prosinec qer qershor rugp rugpjūtis rugpjūčio rugs rugsėjis rugsėjo ruj rujan rujna saus sausio sausis
    sen sentyabr septembar septembra septembre septembrie septembris septiembre set setembre setembro settembre
    setyembre shk shkurt sht shtator sie sierpień sierpnia sij siječanj siječnja spal spalio spalis srp srpanj srpen
    srpna srpnja stu studeni studenoga sty styczeń stycznia svi svibanj svibnja syys syyskuu syyskuuta szept
    szeptember tammi tammikuu tammikuuta tem temmuz tet tetor touko toukokuu toukokuuta tra travanj travnja vas
    vasario vasaris veebr veebruar velj veljača veljače wrz wrzesień września yan yanvar zář září ágú ágúst ápr
    április úno únor února červen července červenec června čvc čvn říj říjen října şub şubat απρ απρίλιοσ απριλίου
    αυγ αυγούστου αύγ αύγουστοσ δεκ δεκέμβριοσ δεκεμβρίου ιαν ιανουάριοσ ιανουαρίου ιουλ ιουλίου ιουν ιουνίου ιούλ
    ιούλιοσ ιούν ιούνιοσ μάι μάιοσ μάρ μάρτιοσ μαΐ μαΐου μαρ μαρτίου νοέ νοέμβριοσ νοε νοεμβρίου οκτ οκτωβρίου
    οκτώβριοσ σεπ σεπτέμβριοσ σεπτεμβρίου φεβ φεβρουάριοσ φεβρουαρίου авг август августа апр апрель апреля април ақп
    ақпан бер березень березня вер верасень верасня вересень вересня груд грудень грудня дек декабрь декабря
    декември дец децембар жел желтоқсан жні жнівень жніўня жовт жовтень жовтня июл июль июля июн июнь июня кас
    кастрычнік кастрычніка квіт квітень квітня кра красавік красавіка лип липень липня лист листопад листопада лют
    лютага лютий лютого люты ліп ліпень ліпеня ліс лістапад лістапада май мам мамыр мар март марта мау маусым мая
    мај нау наурыз нов новембар ное ноември нояб ноябрь ноября окт октобар октомври октябрь октября сак сакавік
    сакавіка сент сентябрь сентября сеп септембар септември серп серпень серпня сне снежань снежня сту студзень
    студзеня січ січень січня сәу сәуір там тамыз трав травень травня феб фебруар фев февр февраль февраля февруари
    черв червень червня чэр чэрвень чэрвеня шіл шілде юли юни янв январь января яну януари јан јануар јануари јул
    јули јун јуни қаз қазан қар қараша қаң қаңтар қыр қыркүйек ապր ապրիլ ապրիլի դեկ դեկտեմբեր դեկտեմբերի հլս հնս հնվ
    հոկ հոկտեմբեր հոկտեմբերի հուլիս հուլիսի հունիս հունիսի հունվար հունվարի մայիս մայիսի մարտ մարտի մյս մրտ նոյ
    նոյեմբեր նոյեմբերի սեպ սեպտեմբեր սեպտեմբերի փետրվար փետրվարի փտվ օգոստոս օգոստոսի օգս אוג אוגוסט אוק אוקטובר אפר
    אפריל דצמ דצמבר יולי יוני ינו ינואר מאי מרץ נוב נובמבר ספט ספטמבר פבר פברואר آوریل أبريل أغسطس أكتوبر اوت اکتبر
    دسامبر ديسمبر سبتمبر سپتامبر فبراير فوریه فوریهٔ مارس مايو مه مهٔ نوامبر نوفمبر يناير يوليو يونيو ژانویه ژانویهٔ
    ژوئن ژوئیه ژوئیهٔ अक्टू अक्टूबर अग अगस्त अप्रैल जन जनवरी जुल जुलाई जून दिस दिसंबर नव नवंबर फ़र फ़रवरी मई मार्च
    सित सितंबर กค กพ กย กรกฎาคม กันยายน กุมภาพันธ์ ตค ตุลาคม ธค ธันวาคม พค พย พฤศจิกายน พฤษภาคม มกราคม มค มิถุนายน
    มิย มีค มีนาคม สค สิงหาคม เมย เมษายน აგვ აგვისტო აპრ აპრილი დეკ დეკემბერი თებ თებერვალი იან იანვარი ივლ ივლისი
    ივნ ივნისი მაი მაისი მარ მარტი ნოე ნოემბერი ოქტ ოქტომბერი სექ სექტემბერი
"""
ENGLISH: Final = frozenset(_ENGLISH.split())
OTHERS: Final = frozenset(_OTHERS.split())

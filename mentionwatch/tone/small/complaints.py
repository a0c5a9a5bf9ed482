"""Patterns of factual complaints: what is said when something does not work; the notation stands in ``phrases.py``."""

from __future__ import annotations

COMPLAINTS: dict[str, str] = {
    "defect": """
        {cant} do*|even _ {do} / {cant} {do} / {neg} {be} {do} / {neg} longer {do} / wont even|let|allow /
        fail* to {do} / refus* to {do} / stop* work*|load*|charg*|respond*|connect*|sync* / quit* work* /
        {neg} work* / {neg} function* /
        keep*|kept crash*|freez*|fail*|los*|drop*|disconnect*|shut*|logg*|kick*|restart*|ask*|buffer*|get* / crash* /
        froze|frozen|freez* / glitch* / bug* out / lag*|laggy / {be} down / down again|since|for /
        go*|went|gone down / went|goes|going|is|are|still offline / outage* /
        error|errors|err _ message|code|when|every|again /
        get*|got|throw* _ error|errors / brok*|broke|broken / fell|fall*|came apart|off / crack* / leak* / overheat* /
        explod* / defective / faulty / malfunction* / dead on arrival / doa / dead after / died after|within|on|in /
        {be} dead / dies|drain* _ hour*|fast|quick*|day|battery / batter* drain*|die*|dead|life /
        black|blank|white|blue screen / brick* / corrupt* / los* all|my|everything|data /
        lost _ all|my|everything|data / delet* my|all / wip* my|all / scratch* / dent* / unusable / unresponsive /
        buggy / unreliable / unstable / timeout* / time* out / infinite loop / spin* forever / stuck / hang|hangs /
        doesnt fit / dont fit / too small|big|tight|loose|slow|loud|heavy|short|thin|expensive /
        poor* made|built|quality / cheap* made|built|plastic / low quality / bad quality / wore|wear* out /
        stop* after / last* _ only _ {time} / only last* / lost connection|signal / lose* connection|signal /
        no signal|sound|audio|picture|internet|connection|service|power|power
    """,
    "login": """
        {cant} _ log*|login|signin / {cant} sign* in / lock* _ out / lock* my account /
        account _ lock*|suspend*|ban*|hack*|clos*|block*|disabl*|delet* / logg* me out / kick* me out /
        password reset / {neg} access _ account / verification code / reject* my
    """,
    "waiting": """
        still wait* / still {neg} / still havent|hasnt|nothing|no|not|cant|dont|isnt|doesnt|pending|broken|down /
        been wait* / wait* _ for _ {number} {time} / wait* {number}|over|almost|more /
        {number} {time} and|later|now|since|ago|still / {time} and still|no|counting / {time} late / {time} without /
        been {number} {time} / take* forever|ages|too / took forever|ages|{number} / on hold / hold for /
        put on hold / hour* on / long wait|queue* / wait* time* / running late / delay* / postpon* / back order* /
        backorder* / overdue / {neg} yet / late again
    """,
    "silent": """
        {neg} repl*|respon*|answer*|response|reply|help|call* /
        {neg} _ repl*|respon*|answer*|hear*|heard|call*|care* / {neg} _ get* back /
        ignor* my|me|us|all|the|our|customer* / hung up / hang* up on /
        nobody|noone _ help*|answer*|care*|pick*|know* / no one _ help*|answer*|care*|pick*|know* / no customer /
        {neg} help* / {neg} helpful / unhelpful / useless support|service / rude / {bad} _ support|service / ghost* /
        radio silence / canned|automated|bot response|reply|answer / transferr* _ time* / given the runaround /
        runaround / pass* around / unansw* / left unread / close* my ticket
    """,
    "money": """
        charg* twice|double|again|extra|me|wrong / charg* _ for / doubl* charg* / overcharg* /
        bill* twice|again|me|wrong|still / hidden fee*|cost*|charge* / refund* / money back /
        want|give|gave|get my money / {neg} _ refund* / rip off / ripoff / ripp* off / ripped / scam* / fraud* /
        theft / steal*|stole|stolen / con artist* / cheat* / lied|lying|liar* / mislead* / false advert* / bait and /
        waste* of / waste* my|your|money|time / wast* _ money|time|hour* / over priced|rated / overpriced /
        overrated / too expensive / price hike|increase / rais* _ price* / price* _ up|increas*|doubl* / cash grab /
        money grab* / greed* / paywall* / took my money / {neg} worth / hardly worth / unauthori* /
        without my permission|consent
    """,
    "leaving": """
        never again / never buy*|order*|us*|shop*|fly*|go*|book*|stay*|recommend*|trust* / last time /
        cancel* my|our|the|subscription|order|account|membership /
        cancell* my|our|the|subscription|order|account|membership / uninstall* / delet* _ app|account / stay away /
        avoid* / avoid / switch* to|away|from / moving to / mov* _ away / mov* _ to another / look* _ alternative* /
        looking elsewhere / lost a|another customer / los* customer* / done with / {be} done|out / fed up / sick of /
        sick and tired / tired of / had enough / enough is enough / return* it|this|them|mine|item /
        sent|send* _ back / sending back / took _ back / take* _ back / boycott* / goodbye / good riddance /
        wont be back|buying|using|ordering|renewing|returning /
        will|would {neg} _ buy|use|order|recommend|return|again|back /
        dont buy|bother|waste|use|order|trust|get|go|recommend /
        do not buy|bother|waste|use|order|trust|get|go|recommend / would not|wouldnt recommend|buy|trust /
        save your|yourself / buyer beware / beware / think twice / run away / class action / sue|lawsuit* /
        report* _ to / complain* / complaint*
    """,
    "update": """
        since _ update*|upgrade* / after _ update*|upgrade*|version /
        {my} new|latest|last|recent update _ brok*|ruin*|suck*|made|mess* /
        update _ brok*|ruin*|kill*|mess*|destroy*|suck* / ruin* / used to _ {do}|be|love|like|good|great /
        went downhill / go* downhill / get* worse / got worse / worse than|and|every / gone bad / not what it /
        {be} worse / regress* / roll* back / bring back / why did you|they _ chang*|remov*|get / why would you|they /
        remov* the|my|feature* / new design|layout|interface|ui _ {bad} / downgrad* / step* back*
    """,
    "delivery": """
        never arriv*|came|show*|deliver*|receiv*|got|ship* / {neg} arriv*|deliver*|ship* /
        hasnt|havent _ arriv*|receiv*|ship*|come|deliver* / arriv* damag*|brok*|late|open*|empty|dead|with|wrong /
        wrong item|size|order|color|colour|product|address|one / miss* part*|piece*|item*|package|from|button /
        lost _ package|luggage|order|parcel|bag* / damag* / came brok*|damag*|dead|late|with|without /
        left _ in|on _ rain|street / out of stock / sold out / cold food|fries|pizza / food _ cold / {be} cold /
        expired / stale / raw / undercook*|overcook* / dirty / filthy / smell* / cockroach* / hair in
    """,
    "shame": """
        disappoint* / let* down / let me|us down / embarrass* / shame on / shameful / {be} a joke / what a joke /
        joke of / {be} a mess / hot mess / {be} trash|garbage|crap|shit|rubbish|junk|ass|bullshit|bs / piece of /
        absolute* joke|shambles|disgrace|garbage|trash / disgrace* / pathetic / incompeten* / unprofessional /
        {neg} accept* / unaccept* / worst / {be} {very} {bad} / suck|sucks|sucked / fix _ your|this|it|the /
        fix your|this|it / get it together / do better / wake up / how hard / how is this / how {be} _ even /
        {neg} impress* / underwhelm* / {neg} good enough / {neg} good|great|happy|satisfied|pleased / nightmare /
        headache / pain in|to / mistake / regret* / wish i had|hadnt|never / what happened to / wtf / seriously /
        ffs / smh / fail / epic fail / {neg} deserve* / pointless / no sense / annoy* / frustrat* / infuriat* /
        irritat*
    """,
}

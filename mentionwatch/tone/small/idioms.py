"""Patterns that say together what they say: good, bad, or plain speech; the notation stands in ``phrases.py``.

Their words are not judged one by one: "killer app" kills nobody, and "kill the process" is no complaint.
"""

from __future__ import annotations

IDIOMS: dict[str, str] = {
    "idiom_good": """
        never {be} happier / never _ happier / couldnt {be} happier|better|more|easier /
        could not be happier|better|more|easier / cant|cannot get enough|better / never look* back /
        havent|hadnt look* back / never let _ down / never fail* / never fail* me / never miss* a /
        never {be} easier|better|faster|so / never disappoint* / hasnt|havent fail*|disappoint* /
        cant|cannot go wrong / cant|cannot wait / cant|cannot beat / cant|cannot fault / cant|cannot complain /
        cant|cannot recommend|say|praise|thank _ enough / cant|cannot live without / couldnt live without /
        wouldnt trade / wouldnt change a / wont go back / would never go back / never going|go back / no regrets /
        nothing but good|great|praise|positive|love / nothing bad to / nothing to complain / not bad /
        not bad at all / not too bad|shabby / not a single problem|issue|complaint|crash|bug|hitch /
        not once {do}|fail*|crash* / no problem* / no issue* / no complaints / no trouble / no hassle / no fuss /
        no drama / no nonsense / no brainer / no doubt / no lag / no bugs / no ads / no crash* /
        zero problems|issues|complaints|crashes|downtime|bugs / hassle free / worry free / pain free / problem free /
        ad free / bug free / without a hitch|problem|fuss / without any problem*|issue*|trouble /
        yet to find|see _ bug|fault|problem|flaw|better / yet to fail|crash|disappoint / hard to beat|fault /
        hard|impossible to put down / nothing comes close / none _ close to / in|on another|different league|level /
        in a league of / head and shoulders / night and day|difference better / second to none / hands down /
        breath of fresh / saved my life|day|bacon|business|week|trip|job|marriage|us / sav* our / life saver /
        lifesaver / life changing|changer / chang* my life / game changer / gamechanger / made my day|year|week|life /
        makes my day|life / killer app|feature|product|deal|update|price|sound|combo|value / kill* it / killing it /
        crush* it / nailed it|this / nail* it|the / {thing} {be} sick|fire|lit|dope|insane|unreal|bonkers /
        {be} straight|pure|absolute fire / {be} fire / {be} lit / {be} dope / {be} goated /
        {be} the goat|bomb|shit|business|bees|real deal|future|truth|gold|best /
        {be} a beast|gem|dream|joy|treat|steal|bargain|delight|blessing /
        {be} a winner|keeper|must|blast|pleasure|godsend|marvel|masterpiece /
        sick design|update|feature|filters|beat|beats|skin|graphics|deal|track|bike / so sick / slaps|slapped /
        slap so / chef* kiss / banger / hits different / bussin / god tier / top tier / s tier / top notch /
        top drawer / first class|rate / world class / best in class / gold standard / rock solid / bulletproof /
        stupid|stupidly|insanely|ridiculously good|fast|easy|cheap|simple|quick|well|comfortable /
        crazy|scary|scarily good|fast|easy|cheap|simple|quick|well|comfortable /
        stupid|stupidly|insanely|ridiculously|crazy|scary|scarily light|smooth|useful|underrated /
        stupid|stupidly|insanely|ridiculously|crazy|scary|scarily addictive|accurate|smart|quiet /
        wickedly|criminally|disgustingly good|fast|easy|cheap|simple|quick|well|comfortable /
        damn|freakishly|unreasonably good|fast|easy|cheap|simple|quick|well|comfortable /
        wickedly|criminally|disgustingly light|smooth|useful|underrated|addictive|accurate|smart|quiet /
        damn|freakishly|unreasonably light|smooth|useful|underrated|addictive|accurate|smart|quiet / underrated /
        take my money / shut up and / hats off / two thumbs / thumbs up / five|5 stars / 10 10 / money well spent /
        worth every / bang for / value for money / like a charm|dream|champ|glove|breeze|rock / a breeze /
        piece of cake / it just works / just works / out of the box / blown away / blew me|us / knock* it out /
        above and beyond / went out of / goes out of / keep it up / keep up the / well done / good job / great job /
        nice job / nice work / well played / big fan / huge fan / in love with / fell in love / glad i|we / so glad /
        happy camper / pleasantly surprised / pleasant surprise / exceed* / at last / free of charge / on the house /
        full refund|marks / same day|hour / no questions asked / made it right / sorted it /
        sort* it|everything|this out / fixed in|within / fix* _ within|same|in minutes|hours|hour /
        solved my|the|it|everything / back up and / finally works|fixed|working|a|got|have /
        finally {thing}|someone|something / better than ever|expected|any|anything|i|all|most / much better /
        way better / far better / so much better|faster|easier|nicer / beats everything|every|all|any|anything /
        still going|love|the best / never give up|leave / would never give|leave / going strong / like new /
        as good as new / long overdue but
    """,
    "idiom_bad": """
        thanks for nothing / thank you for nothing / thanks for ruin*|wast*|break*|los*|cancel*|charg*|the spam /
        great job ruin*|break*|los*|cancel*|charg* / good job ruin*|break*|los* / nice job ruin*|break*|los* /
        well done for break*|los*|ruin* / way to go / love how|when _ crash*|break*|fail*|los*|charg*|take*|ignor* /
        love waiting|paying|being / good luck getting|trying|with|reaching|finding /
        oh great|joy|good|wonderful|look / just great|perfect|what /
        what a joke|mess|waste|shame|disgrace|disaster|nightmare|scam|rip|letdown|fail /
        {be} a joke|mess|waste|shame|disgrace|disaster|nightmare|scam /
        {be} a rip|letdown|fail|brick|paperweight|lemon|dud /
        {be} a pain|chore|farce|shambles|insult|ripoff|downgrade /
        {be} a gamble|lottery|clown|dumpster|train|bug|regression / dumpster fire / train wreck / dead to me /
        dead on arrival / money pit|grab|grabbers / cash grab|cow / nickel and dim* / rip off / ripped me|us|off /
        let down / let me|us down / let* us|me down / letdown / let down by / not worth / not good / not great /
        not happy / not impressed / not pleased / not amused / not cool / not ok|okay / not acceptable /
        not recommend* / not a fan / not the best / not what i|we / not up to / not fit for / not even close /
        nothing special / nothing but problems|trouble|issues|spam|ads|trash / nothing work* /
        nothing _ works|worked / never work* / never again /
        never answer*|repl*|respond*|arriv*|came|show*|call*|got / never heard back|from / not once {be}|sent|has /
        not one|once reply|answer|response /
        no reply|response|answer|refund|help|explanation|apology why|support|signal|internet|connection /
        no reply|response|answer|refund|help|explanation|apology sound|picture|power|thanks /
        no warning|notice|luck|word|show|idea why|support|signal|internet|connection /
        no warning|notice|luck|word|show|idea sound|picture|power|thanks /
        no one answers|replies|cares|helps|answered|replied|responded /
        nobody answers|replies|cares|helps|answered|replied /
        no longer works|working|loads|opens|connects|charges|supported|supports / too little too / too bad / so bad /
        how bad / so much for / for nothing / good for nothing / waste of / wasted my|an|our / avoid like /
        stay away / steer clear / run away / buyer beware / think twice / save your|yourself / dont bother /
        dont buy|waste / do not buy|bother|waste|order|use / last straw / last time i|we / had enough / fed up /
        sick of / sick and / tired of / done with / over it / im out / i quit / gave up / give up on / given up /
        lost all|my|our|everything|patience|trust|a / nuked my|all|our|the / wiped my|all|our|the / ate my /
        bricked my / killed my battery|phone|account / {be} mid / mid at best / so mid /
        {be} trash|garbage|rubbish|crap|shit|ass|wack|whack|sus|cringe|janky|jank /
        {be} broken|down|dead|unusable|useless|toast|bust|busted|borked|fubar|hosed|cooked / trash tier / janky /
        jank / borked / clunky / half baked / half assed / bare minimum /
        like a brick|toy|prison|scam|joke|beta|downgrade|chore / third time this|in / second time this|in /
        yet another / again and again / time and time / over and over / every single time / every damn|other time /
        hung up on / on hold for / put on hold / on hold with / left on read|hold / passed around / passed from /
        fobbed off / brushed off / copy paste|pasted / canned response|answer|reply / kept waiting / keep waiting /
        still waiting / still no / still not|isnt|doesnt|cant|hasnt|havent|wont /
        still broken|down|pending|stuck|nothing / where is my / wheres my / locked out / kicked out /
        shut down|off _ itself / shuts off|down|itself / turns itself / dies after|in|at|within /
        died after|on|in|within / broke after|on|in|within|off|down / fell apart|off / falls apart|off /
        came apart|off|loose|broken|damaged / cracked in|on|after|the /
        stopped working|charging|connecting|responding|loading /
        keeps crashing|freezing|buffering|disconnecting|failing|dropping|asking|logging|restarting /
        keeps losing|breaking|stopping|getting|showing|saying|spinning|resetting /
        kept crashing|freezing|buffering|disconnecting|failing|dropping|logging|restarting /
        crashes every|on|when|whenever|constantly|as|if|after|at|in|all|each|before /
        crashed on|again|and|twice|after|during|three|my / blank screen / black screen / open* blank / blue screen /
        screen of death / infinite loop / spinning wheel / eternal|endless loading / wont {do} / refuses to {do} /
        fails to {do} / failed to {do} / unable to {do} / cant {do}|even / cannot {do}|even / could not {do} /
        couldnt {do} / charged twice|double|again / charged me|us twice|double|again|for|anyway|still /
        double charged / billed twice|me|again / overcharged / stole my|our|from / took my money /
        hidden fees|costs|charges / price hike|gouging|increase / money back / went downhill / going downhill /
        gone downhill / gets worse / got worse / getting worse / worse and worse / worse than|every|ever|each /
        worst _ ever / used to be|work|love|like|have / used to just work / {be} not what it /
        wish i had|hadnt|never / should have known|stayed|bought|listened / bring back /
        why did you remove|change|kill|break / who thought / whose idea / who approved / who tests|asked /
        do you even test|read / did anyone test / how is this|it still|legal|allowed|ok|acceptable|possible /
        how hard can|is / how many times|more / how do you break|lose|mess / seriously what|how|why|guys /
        what were you|they thinking / what happened to / what is wrong with / whats wrong with / get your act /
        get it together / get a grip / fix your / fix this|it please|now|already|asap / wake up / shame on /
        poor show|form|service|quality|build|support|design /
        bad service|support|quality|experience|design|idea|update|form /
        zero stars|help|support|communication|response / 0 stars / one star / 1 star / 0 10 / 1 10 / minus ten /
        two weeks late|and / by the time / too late / too expensive|slow|small|many ads|many bugs|complicated /
        slower than|and / full of ads|bugs|spam|bots|scammers / riddled with / plagued by|with / nothing like the /
        not as described|advertised|promised|pictured|expected / misleading / bait and / smoke and mirrors /
        snake oil / false advertising / no thanks / hard pass / hard no / pass on this / skip it / skip this /
        i want my / want a refund / asked for a refund / demand a refund /
        took three|two|four|five|six|ten|an|over|forever|ages / takes forever|ages|an|over|minutes
    """,
    "plain": """
        kill* _ process*|job|task|server|thread*|session|signal / bug track*|report*|fix*|bounty|hunt* / fix* _ bug* /
        error log*|message*|handl*|code*|rate|handler / log* error* / dead link*|code|letter|lock* /
        crash report*|log*|dump*|course|test* / stack trace / exception handl* / abort* /
        terminat* _ process|instance / child process / zombie process* / master slave / attack surface|vector /
        exploit* _ doc*|vulnerabilit*|kit|db / vulnerability scan*|report|disclosure / penetration test* /
        malware scan*|analysis|research / virus scan* / anti virus / firewall / fail* over / failover /
        failure mode|rate|test* / fault toleran*|injection / bad request / broken link* _ check* / garbage collect* /
        memory leak _ detect* / race condition / worst case / brute force / dump* _ file|core|database /
        drop table|shipping|down / cut|cold|hard drive|disk|off|start / issue* _ tracker|template|number /
        pull request* / problem solv*|set / return* _ value|type|null|true|false / pain point* /
        risk management|assessment / black friday / war room / die cast|cut / disaster recovery /
        incident report|response / kill switch / deadline / post mortem / complaint* department|form|procedure /
        cancel* button|policy|culture|any|anytime / refund* policy|request|process / return* policy /
        false positive* / debug* / deprecat* / test* fail* / throw* _ exception / null pointer /
        critical thinking|path|section / dead _ link|links _ checker|finder|detector / fail fast /
        fail* _ loudly|safe|closed|open / fail safe / first error / on error /
        error budget*|page|boundary|correction / fraud team|detection|prevention|alert*|protection /
        crime series|drama|novel|fiction|show|scene / horror film*|movie*|game*|story|series / murder mystery /
        true crime / war film|movie|game|memorial / privacy policy / hate speech / spam folder|filter|score /
        kill* _ connection|app|program|browser|window|service|terminal|tab|daemon|pid|container|pod /
        garbage collector|truck|bin|disposal / reset _ password|button|settings|device / force quit|push|stop /
        hard reset|fork|copy|shell / cold brew|storage|wallet|email|call / bug fixes / bug number / known issue* /
        open issue* / close* _ issue* / good first issue / issue number / exit code / stop word* / crack* the code /
        hack* day|week|together|space|fest / hackathon* / growth hack* / life hack* / pain relief /
        cancer research|charity|treatment / drug discovery|store / death star|metal / problem set|statement|space /
        complaint form|letter|procedure / negative number*|value*|space|test / poor man|mans / blind test|date /
        dummy data|text / dumb terminal|phone / break even|down the|point*|room|time|out room / lunch break /
        tie break / spring|summer|winter break / strike price|zone|through / crash course /
        fire alarm|station|wall|stick|fly|place|extinguisher|tv|drill / terminate the|an|a|all / poison pill|queue /
        panic button|mode / dead lift / drop off|down|shipping|zone / burn* rate|cd|in test / trash can|bin /
        evil twin / sick leave|note|days|day|pay / lost and found
    """,
}

"""Sentences of our own to train on: templates of factual complaints, factual praise, and what is neutral.

Public sets have few of them: "still waiting for my refund" has no word of feeling.  All brands are invented, and every
sentence here was written for this file.  ``made_rows`` fills the slots with a seeded generator.
"""

from __future__ import annotations

import random

SEED = 7
#: Rows made of each template.
EACH = 6

_SLOTS = {
    "brand": """
        Acme / Globex / Initech / Lumora / Veltro / Nordpay / Quickcart / Postwell / Zentria / Hooli / your company /
        this company / you guys / @acmehelp / @globex / this app / this place / their /
    """,
    "app": """
        the app / your app / this app / the website / your site / the site / the desktop app / the client /
        the software / the program / the plugin / the extension / the mobile app / the tool / this game / the game /
        the editor / the dashboard / the api / the server / the service
    """,
    "dev": """
        the phone / my phone / my laptop / the router / my headset / the printer / the tv / the tablet / my watch /
        the speaker / the camera / the vacuum / the charger / the battery / the keyboard / the screen / the unit /
        the machine / the player / the mouse / the case / the cable / the fridge / it / mine / this thing /
        the thing
    """,
    "act": """
        log in / sign in / open / load / start / connect / sync / play / charge / install / update / pair / print /
        turn on / save / send messages / download / upload / check out / pay / reset my password / boot / respond /
        work / register / export anything / scroll / search / find my files / finish the setup / get a signal /
        reach anyone / cancel / stream / stay connected / hold a charge / recognize my card / accept my card /
        verify my account / get in
    """,
    "item": """
        order / package / parcel / refund / replacement / delivery / ticket / claim / invoice / account /
        subscription / booking / flight / luggage / payment / deposit / prescription / gift card / bill / food /
        money / parts
    """,
    "num": """
        two / three / four / 5 / 6 / ten / 12 / several / a few / 3 / 2 / 7 / eight
    """,
    "time": """
        days / weeks / months / hours / business days
    """,
    "adv": """
        every time / constantly / again / randomly / all the time / on startup / on launch / after ten minutes /
        whenever i open a file / as soon as i log in / every few minutes / in the middle of a call / for no reason /
        daily / twice a day / during calls / on my phone / since yesterday / since the update /
        after the last update
    """,
    "part": """
        screen / hinge / battery / strap / button / zipper / handle / left earbud / speaker / usb port /
        power supply / lid / seal / charging port / microphone / display / fan / motor / cable / plug /
        headphone jack / volume button / keyboard / lens
    """,
    "who": """
        support / customer service / the help desk / the store / the agent / the driver / the technician / the rep /
        the manager / their team / your team / the seller / the courier / the waiter / the staff
    """,
    "feat": """
        dark mode / search / export / sync / the new layout / the calendar / offline mode / the api /
        two factor login / the widget / notifications / the timeline / bluetooth / the camera / autosave /
        the checkout / the free plan / spell check / the old editor / the playlist / the map
    """,
    "amt": """
        $50 / $12.99 / 80 dollars / £30 / €200 / $9.99 a month / 300 bucks / $1,200 / 15 euros
    """,
    "vgood": """
        great / perfectly / flawlessly / like a charm / beautifully / well / as advertised / right out of the box /
        just fine / really well / like a dream / exactly as described
    """,
    "good": """
        great / excellent / amazing / awesome / fantastic / brilliant / wonderful / really good / superb / perfect /
        lovely / solid / so good / top notch / outstanding / spot on / first class
    """,
    "bad": """
        terrible / awful / horrible / a joke / useless / ridiculous / unacceptable / pathetic / a mess / garbage /
        disgusting / so bad / poor / a disgrace / shocking / beyond frustrating / not good enough /
        really disappointing / infuriating / a nightmare
    """,
    "os": """
        windows / linux / android / ios / macos / ubuntu / my pixel / an iphone / chrome / firefox / python 3 /
        docker
    """,
    "day": """
        monday / tuesday / next week / today / friday / this spring / in june / next month / tomorrow / last week /
        on thursday
    """,
    "place": """
        europe / berlin / canada / the us / india / japan / texas / london / new markets / stores / the app store /
        california
    """,
}

_NEGATIVE = """
    {app} crashes {adv} / {app} keeps crashing / {app} freezes {adv} / {app} won't {act} / {app} will not {act} /
    {app} doesn't {act} anymore / {app} is down again / {app} is down /
    is {app} down for anyone else? can't {act} / {app} is not working / {app} not working {adv} /
    {dev} stopped working after {num} {time} / {dev} died after {num} {time} / {dev} won't {act} /
    {dev} does not {act} / {dev} no longer {act}s / {dev} only lasted {num} {time} / can't {act} {adv} /
    i can not {act} / i cannot {act} since the update / unable to {act} / still can't {act} /
    still waiting for my {item} / still no {item} after {num} {time} /
    i have been waiting {num} {time} for my {item} / waited {num} {time} and no {item} /
    where is my {item}? it's been {num} {time} / my {item} never arrived / my {item} still hasn't arrived /
    my {item} is {num} {time} late / my {item} came damaged / my {item} arrived broken / they lost my {item} /
    they sent the wrong {item} / {brand} charged me twice / i was charged twice for one {item} /
    charged {amt} for nothing / they charged my card {amt} without permission / double charged and no {item} /
    they took {amt} and never sent my {item} / hidden fees, ended up paying {amt} / the price went up again /
    price increase again, now {amt} / {brand} raised the price {num} times this year / i want my money back /
    want a refund / asked for a refund {num} {time} ago, nothing / they refuse to refund me /
    no refund, no reply / no reply from {who} / no response from {who} in {num} {time} / {who} never answered /
    {who} hung up on me / {who} ignored my emails / {who} keeps transferring me /
    {who} told me to reinstall, did nothing / {who} could not help / {who} was rude / {who} was no help at all /
    on hold for {num} hours with {who} / been on hold over an hour / nobody answers the phone /
    no one replied to my ticket / {num} emails to {who} and not a single answer /
    my ticket was closed without an answer / cancelled my subscription / i cancelled my {item} /
    i'm cancelling after this / uninstalled / i uninstalled it / deleting the app / deleted my account /
    never again / never buying from {brand} again / never ordering here again / i will not be back /
    won't be buying again / last time i use {brand} / done with {brand} / moving to another provider /
    switched to a competitor and never looked back / looking for an alternative to {brand} /
    i'm looking for alternatives after this / returned it the next day / sent it back / going back to the store /
    since the update {app} is slow / since the last update nothing works / the new update broke {feat} /
    the update broke everything / latest update ruined {feat} / after the update {dev} won't {act} /
    why did you remove {feat} / bring back {feat} / {feat} is broken / {feat} stopped working /
    {feat} does nothing / lost all my data / it deleted all my files / lost {num} {time} of work /
    locked out of my account / my account was suspended for no reason / account hacked and {who} does nothing /
    i keep getting an error / error {num}03 {adv} / keeps logging me out / login fails {adv} /
    it asks for my password {adv} / the {part} broke after {num} {time} / the {part} fell off /
    {part} cracked on the first day / the {part} is faulty / the {part} came loose /
    battery drains in {num} hours / battery doesn't last a day / it overheats / gets really hot and shuts down /
    {dev} shuts off {adv} / {dev} restarts itself / full of ads / too many ads / so many bugs / {app} is so slow /
    takes forever to load / takes {num} minutes to {act} / laggy {adv} / {app} is {bad} / {who} is {bad} /
    the service was {bad} / {brand} is {bad} / this is {bad} / what a waste of money / waste of time /
    don't waste your money / save your money / do not buy this / avoid {brand} / stay away from {brand} /
    {brand} is a scam / total ripoff / not worth the money / not worth {amt} / too expensive for what it is /
    overpriced / cheap plastic / poor quality / fell apart in {num} {time} / it arrived dead / did not fit /
    doesn't fit my {dev} / not as described / nothing like the picture / missing {part} / the box was empty /
    flight cancelled with no notice / flight delayed {num} hours, no explanation /
    stuck at the airport {num} hours / food was cold / food took {num} hours / the room was dirty /
    order was wrong again / {brand} fix your {app} / fix this / please fix, {app} is unusable /
    how is {app} still broken / how hard is it to answer an email / why is {app} so slow / why can't i {act} /
    why does {app} keep crashing / why was i charged {amt} / thanks for nothing {brand} /
    great, {app} is down again / oh great, another update that breaks {feat} /
    love waiting {num} hours for {who} / great job losing my {item} /
    thanks for cancelling my {item} without telling me / wow, {num} {time} for a reply /
    used to be good, now it's {bad} / it used to work / used to love {brand}, not anymore / it went downhill /
    not happy with {brand} / not impressed / not recommended / i do not recommend {brand} / would not recommend /
    i regret buying this / disappointed with {brand} / very disappointed / i expected better /
    no internet for {num} {time} / internet down again / no signal {adv} / keeps dropping the connection /
    disconnects {adv} / my data was leaked / {brand} sold my data / {brand} lied to me /
    they promised a call back, nothing / promised delivery {day}, nothing came /
    no stock, no email, no explanation / zero stars if i could / one star / 1 star / 0/10 /
    docs are useless, took {num} {time} to get it running / the documentation is wrong /
    no docs, no examples, gave up / gave up after {num} hours / ended up buying another one / had to return it /
    had to buy a new one / had to reinstall {num} times / i tried everything and it still won't {act} /
    tried {num} times, no success / it will not {act} no matter what i do / {brand} laid off my whole team /
    {brand} accused of hiding defects / {brand} fined over data breach /
    {brand} recalls {num}000 units over fire risk / {brand} sued by customers /
    outage at {brand} leaves users without service / customers complain about {brand} /
    users report that {app} does not {act} /
    {brand} still owes me my {item} /
    wrote to {who} {num} times, no answer /
    no electricity since {day} /
    everything else loads fine, only {app} does not / other apps work, {app} does not /
    the file comes out empty / {feat} is gone / they took away {feat} / {feat} now costs {amt} /
    {feat} is behind a paywall now / now i need an account to {act} / forced update, forced login, forced ads /
    it asks for {num} passwords / ads every {num} seconds / the ad plays louder than the show /
    the font is too small to read / the buttons are too close together / sound cuts out {adv} /
    picture flickers {adv} / {part} rattles / {part} makes a clicking noise / smells of burnt plastic /
    it got so hot it burned my hand / leaks all over the floor / water came in through the {part} /
    the {part} is scratched out of the box / missing screws and no manual / manual is in chinese only /
    {dev} shows up as offline / firmware update turned it into a brick /
    the replacement was broken too / second one, same problem /
    third {item} this year with the same fault / same issue as last year /
    known problem for {num} months, no fix / bug open since {num} months /
    reported it {num} {time} ago, still open / closed as wontfix / segfaults on large files /
    memory use grows until it dies / throws an exception {adv} /
    api returns wrong data / build fails with the new version / breaks every time i upgrade /
    upgrade broke my project / breaking changes in a minor release / the example in the readme does not run /
    no changelog, no migration guide / install fails on {os} / crashes on {os} / does not compile on {os} /
    drops frames {adv} / servers are down again / matchmaking takes {num} minutes / lag makes it unplayable /
    pay to win / they banned me for nothing / my save is gone / progress wiped / my playlist disappeared /
    photos are gone / all my messages are gone / {num} years of notes gone / exports a corrupted file /
    the driver left it in the rain / left my {item} with a neighbour i don't have /
    marked as delivered, it wasn't / tracking has not moved in {num} {time} / delivered to the wrong address /
    nobody rang the bell / the courier threw it over the fence / half of my {item} was missing /
    the milk was expired / pizza arrived cold / waited {num} minutes for a table / hair in my soup /
    bed bugs in the room / no hot water / air conditioning broken / they gave our room away /
    our flight was cancelled by text message / they lost our luggage / no one at the gate / seat was broken /
    missed my connection because of them / paid {amt} for a bag / charged a cancellation fee /
    they keep charging me after i cancelled / can't cancel, the button does nothing / cancel page gives an error /
    took {num} calls to cancel / refund denied / they offered me a voucher instead of my money /
    claim denied after {num} {time} / my bank blocked my card on holiday / transfer stuck for {num} {time} /
    transfer fee of {amt}, nobody told me / interest rate doubled / my bill doubled /
    billed for something i returned / they raised my bill without telling me / promised {amt} off, never applied /
    discount code does not work / price was different at the checkout / sold me a used one as new /
    photos on the site are of another product / shrank in the first wash / colour came off /
    sole came off after {num} {time} / itchy and thin / gave me a rash / broke my phone with this case /
    made my back hurt / smaller than it looks / weighs a ton / {app} is slow as molasses /
    what did you do to {feat} / the redesign is worse / the redesign made everything take more clicks /
    everything takes {num} clicks now / who asked for this redesign / search finds nothing /
    search results are all ads / autocorrect changes my name / translations make no sense /
    wrong directions again, sent me into a field / {app} ate my battery / {app} is malware /
    {brand} tracks you everywhere / {brand} sold us out / {brand} treats its workers badly /
    {brand} does not care about customers / {brand} only cares about money /
    {brand} used to answer, now it's a bot / the chat bot goes in circles /
    spoke to {num} people, got {num} different answers / everyone tells me something different /
    they blame the router, the router is fine / they say it's my fault / told me to wait {num} {time} /
    no apology, nothing / not even an apology / no compensation / {brand} loses customers over price rise /
    {brand} hit by outage / {brand} under fire over {feat} / {brand} workers on strike over pay /
    {brand} shares plunge after weak results / regulator fines {brand} {amt} / {brand} apologises after outage /
    court rules against {brand} / {brand} cuts {num}00 jobs / {brand} admits leak of customer data /
    complaints about {brand} double / {brand} is mid / {app} is trash /
    {brand} fell off / {dev} is a lemon / dumpster fire of an app / clown company /
    {brand} took an l with this update /
    the other one is so much better than {brand} /
    even the free one is better than {brand} / {brand} is worse than the one it replaced /
    unlike {brand}, others answer their phone / i miss the old {app} / i want the old {feat} back /
    i'd rather {act} by hand / i wanted to like it, but it's {bad} / looks nice but the {part} broke /
    pretty but useless / great idea, {bad} execution / good hardware, {bad} software /
    it was fine until the update / fine at first, then the {part} died / worked for a week, then nothing /
    works one day out of {num} / works only {num} times out of ten / sometimes it connects, mostly it doesn't /
    gave it two stars because it arrived / they advertise support around the clock, nobody answers /
    says unlimited, cut off after {num} gb /
    says it works on {os}, it doesn't / ad says free, it asks for a card / site says in stock, shop says no /
    told it takes {num} days, it's been {num} {time} / not once did they call back /
    not one of my {num} tickets was answered / never got my {item} / never got the code /
    no code, no email, no login / nothing loads / nothing happens when i click / does nothing /
    useless without {feat} / pointless without {feat}
"""

_POSITIVE = """
    {app} works {vgood} / {dev} works {vgood} / works {vgood} / it just works / no problems so far /
    no issues after {num} months / never had a problem with {brand} / not a single problem in {num} years /
    no complaints / never crashes / it has never let me down / can't complain / can't go wrong with {brand} /
    can't recommend it enough / i can't live without {app} / couldn't be happier / couldn't ask for more /
    {who} was {good} / {who} was very helpful / {who} fixed it in {num} minutes / {who} answered within minutes /
    quick reply from {who} / {who} went above and beyond / {who} solved my problem / {who} replaced it for free /
    got my refund the same day / refund came quickly, thanks / my {item} arrived early /
    my {item} arrived on time / my {item} came a day early and well packed / fast delivery /
    fast shipping, well packed / {brand} is {good} / {app} is {good} / {dev} is {good} / the {part} is {good} /
    {feat} is {good} / love {feat} / i love {app} / i love {brand} / we love it / best {app} ever /
    best purchase this year / best i've used / {brand} is the best / by far the best / highly recommend {brand} /
    i recommend it to everyone / would recommend / would buy again / will buy again / will be back / five stars /
    5 stars / 10/10 / worth every penny / worth the money / great value / good value for {amt} / good price /
    saved me hours / saved my day / saved us {amt} / life saver / game changer / killer app /
    {feat} is a killer feature / killer update / that update is fire / {brand} slaps / sick new design /
    this thing is insane, in a good way / {feat} is dope / {brand} for the win / hats off to {brand} /
    kudos to the {brand} team / props to {who} / shout out to {who} / thank you {brand} /
    thanks {brand}, that fixed it / thanks for the quick fix / thanks for adding {feat} / well done {brand} /
    good job {brand} / great job on {feat} / congrats on the launch / congratulations to the team /
    so happy with {brand} / very happy with my {item} / very pleased / really impressed / impressed by {brand} /
    blown away by {feat} / so much better than the old one / so much faster since the update /
    the update fixed everything / the new version is much faster / finally {feat}, thank you /
    finally a {brand} that works / moved to {brand} and never been happier /
    switched to {brand} and never looked back / switched to {brand}, best decision / easy to use /
    easy to set up / set up in {num} minutes / up and running in minutes / so simple / intuitive and fast /
    rock solid / super stable / {part} lasts for days / battery lasts {num} days /
    still going strong after {num} years / still works after {num} years / crystal clear sound / great sound /
    comfortable and light / fits perfectly / looks great / feels great / delicious food and friendly staff /
    the room was clean and quiet / excited to try {feat} / can't wait for {feat} / can't wait to try {app} /
    looking forward to {feat} / big fan of {brand} / i use it every day and enjoy it / my kids love it /
    my wife loves hers / my go to {app} / docs are excellent / great docs, clear examples / not bad at all /
    not bad, actually / nothing to complain about / without a hitch / no lag, no bugs / hard to beat /
    second to none / fixed my problem / solved it, thanks / that worked, thank you / perfect, thanks /
    {brand} wins award for best service / {brand} named best place to work / {brand} reports record growth /
    {brand} donates {amt} to the hospital /
    never looked back after switching to {brand} / not one crash in {num} months /
    no ads, no tracking, just works /
    nothing beats {brand} /
    beats the expensive ones / {brand} is in another league /
    left my old bank for {brand}, no regrets / everyone should try {brand} / i'd buy it again in a heartbeat /
    if it broke i'd buy the same one / dropped it {num} times and it still works / survived the washing machine /
    battery still at 90 percent after {num} years /
    lost my {item} and they sent another, no questions asked /
    real people answer the phone / {who} called me back the same evening /
    reported a bug and it was fixed the next day / the maintainers are so kind /
    clear error messages / the migration took {num} minutes /
    upgrade was painless / it found my lost files / brought my data back /
    backups worked when the disk died /
    {dev} slaps / the new {feat} is fire / {feat} is insanely good /
    scary good / criminally underrated /
    lowkey the best app i have / goated app / {brand} never misses / chef's kiss / the {part} is a dream /
    a joy to use / a pleasure to work with / smooth as butter / light as a feather / quiet as a mouse /
    cuts through everything / smells lovely / tastes like home made / best coffee in town /
    the pasta was to die for / warm welcome, great view / we slept like babies / kids had a blast /
    would stay here again / the driver carried it up {num} floors / arrived before i expected /
    came gift wrapped with a note / fits like a glove / true to size / soft and warm / no more back pain /
    no more headaches since i use it / cured my rash /
    i was worried, but it works {vgood} / was about to give up, then {brand} fixed it /
    a bit pricey but worth it / expensive, but it lasts / small but powerful /
    took a while to learn, now i can't do without / delivery was slow, but the {dev} is {good} /
    not the cheapest, but the best / i only wish i had bought it sooner /
    i can finally {act} / finally a {dev} that lasts / finally someone who listens / at last, {feat} /
    thank goodness for {brand} / {brand} to the rescue / {brand} is a life saver on trips /
    five minutes and it was done / one click and done / did in an hour what took me days / cut our costs in half /
    halved our build time / twice as fast as before / my go to for years / loyal customer since {num} years /
    proud owner of {dev} / treated myself and it's {good} / my mother can use it, that says it all /
    even my dad likes it / the whole team loves it / our customers love it / students love it /
    {brand} wins over critics / {brand} praised for fast response / {brand} tops customer survey /
    {brand} beats forecasts with record sales / profits at {brand} jump / {brand} voted best bank /
    {brand} brings clean water to villages /
    how is this free / how is {app} so fast /
    who else loves {feat}? / so glad i found {brand} / so glad i switched / happy to pay for it /
    happy customer here / you guys rock / you made my day / you saved my week / keep up the good work / bravo /
    well played, {brand}
"""

_NEUTRAL = """
    how do i {act} on {os} / how do i {act} / how can i {act} with {brand} / how to {act} on {os} /
    does {app} work on {os} / does anyone know how to {act} / anyone know if {app} supports {os} /
    is there a way to {act} / is it possible to {act} on {os} / can i use {app} on {os} /
    can you tell me where {feat} is / where can i find {feat} / where do i change {feat} /
    what is the difference between {brand} and the other one / which plan has {feat} / which version has {feat} /
    when does {feat} come out / when will {feat} be available in {place} / when does the sale start /
    what time does {brand} open / how much is {brand} per month / how much does it cost to ship to {place} /
    do you ship to {place} / do i need an account to {act} / should i get {brand} or wait /
    thinking about getting {brand} / thinking of switching from {brand}, any thoughts / has anyone tried {brand} /
    has anyone used {brand} for work / anyone here using {brand} / what do you think of {brand} /
    is {brand} better than the others / is {brand} worth it / is {brand} any good /
    looking for a {part} for my {dev} / i'm looking for a tool like {brand} / {brand} announces {feat} /
    {brand} launches in {place} {day} / {brand} to launch {feat} {day} / {brand} releases version {num} /
    version {num} of {app} is out / {app} {num}.1 released / {brand} opens an office in {place} /
    {brand} opens store in {place} {day} / {brand} names new chief executive /
    {brand} appoints new head of sales / {brand} reports results {day} / {brand} shares traded at {amt} /
    {brand} to acquire a startup in {place} / {brand} partners with a bank in {place} /
    {brand} is hiring in {place} / {brand} hires {num}00 people in {place} / {brand} conference starts {day} /
    webinar {day}: {feat} in practice / new blog post: {feat} explained / new video about {feat} /
    review of {app}: coming {day} / update: maintenance {day}, {num} hours / scheduled maintenance {day} /
    i use {brand} at work / i have {brand} on {os} / we use {brand} and two other tools / i bought {dev} {day} /
    i ordered {dev} {day} / my {item} arrives {day} / it comes in black and white /
    the box has {dev} and a cable / the menu is under settings / you can find it under settings /
    open settings and choose {feat} / click on {feat} and then save / run the installer and restart /
    restart {app} and log in again / kill the process and start {app} again / how do i kill a process on {os} /
    the bug tracker is on the website / filed in the bug tracker / i opened an issue in the bug tracker /
    see the error log for details / the error log is in the home folder / the error message is stored in a file /
    this function handles errors / returns an error code if the file is missing /
    the exploit is described in the docs / removes dead code /
    remove dead code and unused imports / crash reports are sent to the server /
    the crash report goes to the team / how does {app} handle failed payments / how to debug a failed test /
    abort the transaction and retry / the child process is killed by the parent /
    the fatal error handler is called first / refund policy: {num} days / what is your refund policy /
    how do i return an {item} / how do i cancel my {item} / how long does a refund take /
    where do i report a bug / where can i send feedback / who do i contact about my {item} /
    can someone explain {feat} / could you add {feat} / it would be great if {app} had {feat} /
    would be nice to have {feat} / would love to see {feat} on {os} / please add {feat} /
    feature request: {feat} / i wish it had {feat} / hope {feat} comes soon / as of {day} the price is {amt} /
    the price is {amt} / {amt} per user per month / free for {num} users / {num} users online /
    {brand} vs the others: a comparison / a comparison of {brand} and others / a guide to {brand} /
    tutorial: {brand} for beginners / podcast about {brand} / interview with the founder of {brand} /
    {brand} filed for an ipo / {brand} was founded in {place} / {brand} is based in {place} /
    the {brand} office is in {place} / the meeting with {brand} is {day} /
    {brand} said {day} that it will open in {place} / the company said it expects sales of {amt} /
    the board meets {day} / on my way to {brand} / at {brand} with friends / just ordered from {brand} /
    got a new {dev} / just installed {app} / trying {app} today / watching the {brand} event /
    retweet to win {dev} / giveaway: win {dev} / follow us for news about {brand} /
    check out our {dev} on sale {day} / market report: {dev} industry in {place} /
    apparently {brand} has {feat} now / i think {app} uses {os} / it is made in {place} /
    it has a {part} and a {part} / he works at {brand} / my brother works for {brand} /
    she moved from {brand} to a bank /
    loopback address of {app} / the default port is 8080 / does {brand} ship to {place}? /
    not available in {place} /
    it doesn't have {feat}, that's a separate product / you don't need an account / no login needed /
    no need to restart / it is not part of the free plan / not sure which one i have / not tried it yet /
    never used it, can't say / haven't decided yet between {brand} and another /
    til {brand} is from {place} / saw a {brand} van in the street /
    wearing my {brand} shirt / walked past {brand} / {brand} is next to the station /
    the complaints desk opens at nine /
    the new season starts {day} /
    the terms changed {day} / the privacy policy was updated {day} /
    garbage collection runs at night /
    a crash test of {dev} is planned / the crash dump is written to disk /
    the test fails if the file is missing, as intended /
    exit code 1 means an error / a null pointer is returned if nothing is found /
    set the timeout to {num} seconds / the retry limit is {num} / kills idle connections after {num} minutes /
    a dead letter queue keeps failed messages / failed jobs are listed under history / lost password? click here /
    the broken link report is in the menu / issue tracker moved to a new address /
    security advisory for {app}: update to {num}.2 / cve fixed in {app} {num}.1 / vulnerability scanner for {os} /
    malware analysis with {app} / attack simulation with {app} / a talk on disaster recovery with {app} /
    {app} vs other tools: table of features / which is faster, {brand} or the others? /
    {brand} or the other one? / does {brand} still charge a fee? / has the bug in {feat} been fixed? /
    is anyone else seeing error {num}? / is it safe to update? / is it ok to use {app} at work? /
    when do refunds usually arrive? / how do i report a scam? / how do i dispute a charge? /
    how do i delete my account? / how do i cancel before the trial ends? / what happens if my {item} is late? /
    what is the warranty on the {part}? / do i have to pay for {feat}? / can it be returned? /
    can i exchange it for another size? / how do i replace the {part}? / where do i get a new {part}? /
    need help setting up {dev} / need advice: {dev} or another / first time user here /
    new to {brand}, where do i start? / what are you using for {feat}? /
    looking for people who use {brand} in {place} / survey about {brand} for my thesis /
    job opening at {brand} in {place} / {brand} meetup {day} in {place} / slides from the {brand} talk /
    here is the link to the {brand} docs / link in the comments / photo: {brand} store in {place} /
    transcript of the {brand} call / {brand} said "we will look into it" /
    in the video he says "this is terrible" about another product / the headline said "worst year ever" /
    the ad says "best app ever" / the review quotes a user / quote from the {brand} blog /
    {brand} reports sales of {amt} million / {brand} trades at {num} times earnings /
    analysts expect {amt} per share / {brand} keeps its forecast / {brand} to close its office on {day} /
    {brand} moves to a new building / {brand} changes its name / {brand} rolls out update to {os} /
    {brand} tests {feat} in {place} / {brand} updates terms for drivers / {brand} and the union meet {day} /
    a judge hears the {brand} case {day} / {brand} asks court to decide / {brand} asks users to change passwords /
    {brand} recall: what you need to know / i switched from {os} to another system / switched plans {day} /
    moved my {item} to another day / returned my library book, then went to {brand} /
    picked up my {item} at the store / my {item} is at the post office / ordered a {dev}, will report /
    box arrived, not opened yet / charging it now / installing the update now / update took {num} minutes /
    downloading {app} / watching a review of {dev} / reading the manual / the {part} is on the left side /
    it weighs {num} kilos / it has {num} buttons / comes with a cable / made of steel / available in {num} sizes /
    open from nine to five / parking is behind the building / tickets are {amt} / entry is free on {day} /
    the bus to {brand} leaves at nine / {num} people in the queue / {num} comments so far / edited for spelling /
    same here / me too / following / bump / ok / noted / see above / i see / will do / done / sure / maybe /
    let me check / i don't know / no idea / who knows / makes sense / depends on the size / it depends /
    as far as i know, yes / as far as i know, no
"""

#: What may stand before and after a sentence, by its label.
_BEFORE = {
    "negative": [
        "ugh, ",
        "seriously? ",
        "hi, ",
        "hey {brand}, ",
        "so ",
        "honestly ",
        "",
        "",
        "",
        "",
        "wow ",
        "again: ",
        "update: ",
        "hello, ",
        "ok ",
        "@acmehelp ",
        "bought this in june. ",
        "i've been a customer for {num} years. ",
    ],
    "neutral": ["", "", "", "", "", "hi, ", "hello, ", "hey {brand}, ", "fyi: ", "question: ", "new here. ", "so "],
    "positive": [
        "",
        "",
        "",
        "",
        "honestly ",
        "wow, ",
        "ok so ",
        "hey {brand}, ",
        "got to say ",
        "update: ",
        "finally ",
        "bought this in june. ",
    ],
}
_AFTER = {
    "negative": [
        "",
        "",
        "",
        "",
        " :(",
        " 😡",
        " 👎",
        " 🙄",
        "!!",
        "!",
        " what is going on?",
        " any help?",
        " please help",
        " not ok.",
        " smh",
        " again.",
        " thanks.",
        " #fail",
    ],
    "neutral": [
        "",
        "",
        "",
        "",
        "",
        "?",
        " thanks",
        " please",
        " cheers",
        " 🤔",
        " https://example.org/a",
        " :)",
        " thanks in advance!",
    ],
    "positive": ["", "", "", "", "!", "!!", " 👍", " 😍", " ❤️", " :)", " 🔥", " 🎉", " 🙌", " thanks!"],
}
_ASKING = {"how", "is", "does", "can", "where", "what", "which", "when", "do", "should", "has", "could", "who", "why"}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", " ").split(" / ") if part.strip(" /")]


def _fill(template: str, slots: dict[str, list[str]], chance: random.Random) -> str:
    while "{" in template:
        start = template.index("{")
        end = template.index("}", start)
        template = template[:start] + chance.choice(slots[template[start + 1 : end]]) + template[end + 1 :]
    return " ".join(template.split())


def _sentence(label: str, template: str, others: list[str], slots: dict[str, list[str]], chance: random.Random) -> str:
    text = _fill(template, slots, chance)
    if chance.random() < 0.5:
        text = _fill(chance.choice(_BEFORE[label]) + text + chance.choice(_AFTER[label]), slots, chance)
    if chance.random() < 0.35:
        text += (". " if text[-1].isalnum() else " ") + _fill(chance.choice(others), slots, chance)
    if chance.random() < 0.5:
        text = text[0].upper() + text[1:]
    if chance.random() < 0.5 and text[-1].isalnum():
        text += "?" if text.split()[0].lower() in _ASKING else "."
    return text


def made_rows() -> list[tuple[str, str]]:
    """Give text and label of each row; always the same ones."""
    chance = random.Random(SEED)
    slots = {name: _parts(values) for name, values in _SLOTS.items()}
    rows = []
    for label, block in (("negative", _NEGATIVE), ("neutral", _NEUTRAL), ("positive", _POSITIVE)):
        templates = _parts(block)
        for template in templates:
            rows += [(_sentence(label, template, templates, slots, chance), label) for _ in range(EACH)]
    return rows

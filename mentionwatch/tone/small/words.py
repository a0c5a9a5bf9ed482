"""Words of the trade that general lexicons miss, with our own strengths, -4 to 4.

They are one of three lexicons that the model sees as features; how much each is worth is learned.
"""

from __future__ import annotations

_BY_STRENGTH: dict[int, str] = {
    -4: """
        scam scammed scammers scamming ripoff worst unusable garbage trash disgusting fraud fraudulent atrocious
        abysmal horrendous appalling thieves crooks defrauded worthless despicable vile shambles atrocity horrid
        vomit puke
    """,
    -3: """
        crap crappy useless unacceptable ridiculous pathetic terrible horrible awful shitty bullshit nightmare
        infuriating incompetent overcharged swindle cheated lied liars defective faulty junk boycott lawsuit
        unreliable dreadful lousy rude refuses disgrace disgraceful broke broken crashes crashed crashing crash
        cancelled disappointed disappointing disappointment waste wasted suck sucks sucked regret hate hated
        hates stole stolen fuming livid furious outrageous inexcusable shameful unsafe dangerous toxic malware
        spyware hacked breach ruined ruins ruin downgrade enshittification buggy laggy bricked corrupted
        unresponsive uninstalled uninstalling uninstall abandoned misleading deceptive predatory unethical
        exploitative unhelpful unprofessional clueless moldy rotten rancid cockroach cockroaches hellish ghosted
        scum refuse refused nonfunctional nonexistent subpar shoddy flimsy tacky cramped inedible greedy
    """,
    -2: """
        freezes froze freezing frozen hangs lag lags lagging glitch glitches glitchy bug bugs outage outages
        downtime error errors fail fails failed failing failure failures overpriced expensive pricey slow slower
        sluggish clunky bloated bloat bloatware confusing confused annoying annoyed frustrating frustrated
        frustration delay delayed delays late overdue missing lost unavailable offline disconnected disconnects
        dropping stuck broken cracked scratched dented leaking leaks leaked overheats overheating hot drains
        drained dies died dead faded peeling torn stopped unable complaint complaints complain complaining
        refund refunded chargeback dispute unauthorised unauthorized declined rejected ignored ignoring
        unanswered unresolved waiting worse poor poorly cheap cheaply noisy loud dirty filthy stale soggy
        undercooked overcooked bland tasteless greasy smelly smell stinks stink itchy uncomfortable unstable
        insecure vulnerable deleted disappeared vanished revoked banned suspended locked lockout spam spammed
        ads adverts paywall paywalled nag nagging intrusive creepy tracking invasive removed mediocre meh
        inferior outdated obsolete ugly cluttered inconsistent incompatible unsupported deprecated cumbersome
        tedious painful unhappy dissatisfied unsatisfied upset angry shocked layoffs layoff fired strike recall
        recalled breaches fined fine sued suing accused misled unfair unclear inaccurate incorrect wrong mess
        messy messed screwed sketchy shady suspicious doubtful fake counterfeit knockoff mistake mistakes
        problem problems issue issues trouble troubles hassle headache pain difficult difficulty avoid beware
        lacking lacks tiny weak wobbly loose dim blurry grainy muffled tinny static distorted pixelated stutter
        stutters stuttering unplayable unwatchable cancel cancelling canceling unsubscribe unsubscribed
        unsubscribing boring repetitive dull bored
    """,
    -1: """
        still again unfortunately sadly however lacks only barely hardly but despite although supposed
        supposedly apparently claims promised workaround tried trying kept keeps keep nothing never twice
        restart restarted reinstall reinstalled reset rebooted reboot chat ticket hours weeks months meanwhile
        anymore why ugh sigh lol seriously wtf smh ffs downhill used expired requires forced forces limited
    """,
    1: """
        works working fine ok okay decent solid useful handy simple quick quickly fast faster easily recommended
        improved improvement upgrade upgraded fixed solved resolved helped helps arrived affordable reasonable
        inexpensive compact light lightweight quiet clean neat cute convenient accurate stable secure safe fresh
        warm cozy comfy fair thanks thank happy glad enjoy enjoyed enjoying enjoyable
    """,
    2: """
        easy love loved loves loving great good nice excited smooth smoothly reliable durable sturdy responsive
        helpful friendly polite professional comfortable intuitive seamless seamlessly effortless elegant
        beautiful beautifully gorgeous crisp sleek stylish delicious tasty yummy impressed impressive pleased
        satisfied recommend recommends appreciate appreciated kudos props congrats congratulations brilliant
        lifesaver gamechanger favorite favourite fav fun hooked addictive bargain worth worthwhile attentive
        prompt promptly courteous innovative generous spotless thoughtful refreshing delighted delightful
        charming stellar solid legit dope lit fire goat goated slick snappy
    """,
    3: """
        excellent amazing awesome fantastic wonderful superb outstanding perfect perfectly flawless flawlessly
        incredible exceptional best phenomenal fabulous terrific marvelous magnificent stunning unbeatable
        unmatched superior thrilled ecstatic bravo masterpiece heavenly divine
    """,
    4: """
        exceptionally unrivaled gamechanging mindblowing
    """,
}
#: Word -> strength.
OWN: dict[str, int] = {word: strength for strength, words in _BY_STRENGTH.items() for word in words.split()}

"""What people write in the demo's firestorm: a firmware update stops machines, and the replacement takes weeks.

Pairs of title and text; braces are filled in by ``world``.
"""

from __future__ import annotations

#: Complaints about the update and the delivery of replacements, each in words of its own.
COMPLAINTS: tuple[tuple[str, str], ...] = (
    ("Nimbus dead after the update", "Update 4.2 ran overnight and my Nimbus is dead. Terrible start to the {day}."),
    (
        "Brick on the counter",
        "My Nimbus is a brick since {hour} o'clock. Broken by its own update, how pathetic is that?",
    ),
    (
        "Blinking blue, nothing else",
        "It blinks blue and does nothing. Useless machine. {who} drinks tea now. Nimbus, why?",
    ),
    (
        "Six weeks for a replacement",
        "Nimbus support says six weeks for a replacement. Six! I am so disappointed in them.",
    ),
    (
        "Who tested 4.2?",
        "Nobody can have tested this Nimbus update. Awful work. It fails at {percent} percent, every time.",
    ),
    (
        "Update loop",
        "My Nimbus restarts, updates, restarts, updates. Horrible. I pulled the plug after {number} rounds.",
    ),
    (
        "No answer from support",
        "I wrote to Nimbus support {number} times about the dead display. Terrible service, no reply.",
    ),
    ("Never again", "The Nimbus killed itself with an update {weeks} weeks out of warranty. Worst purchase in years."),
    ("Paperweight", "My {price} paperweight is called Nimbus. The update broke it and the hotline is useless."),
    ("Hotline hangs up", "I waited {minutes} minutes on the Nimbus hotline and then it hung up. Horrible."),
    (
        "4.2 broke the grinder",
        "Since the 4.2 update the grinder of the Nimbus screams and stalls. Awful noise, no {drink}.",
    ),
    ("Forced update", "I never agreed to this update. Nimbus pushed it at night and now it is broken. Outrageous."),
    (
        "Replacement delayed again",
        "The replacement was due on {day}. Now Nimbus says six weeks. Frustrating beyond words.",
    ),
    (
        "They blame my router",
        "Nimbus tells me my router is at fault. Insulting. The machine is dead, the router is not.",
    ),
    (
        "Office without coffee",
        "{number} people, one Nimbus, no coffee since {day}. The mood in the office is miserable.",
    ),
    ("Rollback?", "Is there any way back to 4.1? This Nimbus update is the worst thing that happened to my kitchen."),
    (
        "App shows an error",
        "The app says E{number}7 and the Nimbus sits there dead. The error page is empty. Pathetic.",
    ),
    ("Do not update!", "If your Nimbus asks for 4.2: say no. Mine failed halfway and is useless since."),
    ("Refund refused", "I asked Nimbus for a refund. They offered {number} capsules. Ridiculous and insulting."),
    ("Pump runs dry", "After the update the Nimbus pump runs dry and stinks of burnt rubber. Terrible, and dangerous."),
    ("Six weeks is a joke", "Six weeks without the Nimbus that I paid {price} for. A bad joke. I am angry."),
    (
        "My parents are stuck",
        "My parents own a Nimbus because I told them to. The update broke it. Embarrassing, awful.",
    ),
    ("Status page says all is well", "Every Nimbus I know of is broken and the status page shows green. Pathetic."),
    ("Lost all recipes", "The update wiped {number} of my recipes before it killed the Nimbus. I hate this."),
    ("Ticket closed", "They closed my ticket as solved. The Nimbus is still dead. Horrible way to treat people."),
    (
        "Two machines, both gone",
        "Both our Nimbus machines went down the same night. Terrible update, terrible silence.",
    ),
    (
        "Why does coffee need the cloud?",
        "A kettle does not need a server. The Nimbus does, and now it is useless. Stupid idea.",
    ),
    (
        "Guests at {hour}, no coffee",
        "Guests at {hour} and the Nimbus is stuck at {percent} percent. Awful, simply awful.",
    ),
    ("Chat bot", "The Nimbus chat bot asks me to switch it off and on. {number} times. Annoying and useless."),
    ("Warranty says no", "Nimbus calls the dead board 'wear'. After {weeks} weeks! Disgusting excuse for a warranty."),
    ("Shipped to nowhere", "My replacement Nimbus went to a depot in {town} and sits there. Awful delivery."),
    ("Steam will not stop", "Since 4.2 the Nimbus steams without end. I had to cut the power. Horrible, scary thing."),
    ("Silence from the makers", "A whole day and not one honest word from Nimbus. The silence is the worst part."),
    ("It ate the descaler", "The update started a descaling run and died in it. Disgusting taste, broken Nimbus."),
    (
        "Another one bites the dust",
        "Add my Nimbus to the list: dead at {hour} o'clock, {percent} percent, blue blinking. Terrible.",
    ),
    ("Stuck in {town}", "The courier in {town} knows nothing of a Nimbus. Six weeks, they told me. Dreadful."),
    ("Cold {drink}", "Mine still runs, but the {drink} is cold since the update. Disappointing, Nimbus, and annoying."),
    ("Paid for express", "I paid for express and Nimbus says six weeks. Terrible. Give me my money back."),
    ("Broken by design", "If one failed download kills the Nimbus, it was broken by design. Awful engineering."),
    ("Third machine", "This would be my third Nimbus in {weeks} weeks. The update broke them all. I am sick of it."),
    ("{who} is furious", "{who} is furious, and I am angry: the Nimbus was a gift and the update ruined it. Horrible."),
    (
        "Serial number not found",
        "Nimbus cannot find my serial number, so no replacement. Pathetic support, useless form.",
    ),
    (
        "Touch screen frozen",
        "Frozen screen since {day}. Nimbus writes 'please be patient'. An annoying, insulting answer.",
    ),
    ("Water on the floor", "The valve stayed open after the update: {number} litres on my floor. Terrible, Nimbus."),
    ("Cancelled the subscription", "I cancelled my Nimbus bean plan. Beans for a dead machine are a pathetic offer."),
    ("The forum knows before they do", "Sad: I learn here what Nimbus should have mailed me. Awful communication."),
    (
        "Cafe closed today",
        "Our cafe in {town} runs on two Nimbus machines. Both dead. We lost a terrible lot of money.",
    ),
    (
        "Update notes are empty",
        "The notes of 4.2 say 'improvements'. It broke my Nimbus. What a pathetic thing to write.",
    ),
    (
        "Went back to a French press",
        "The Nimbus is in the cellar. It was terrible to learn that a pot and a spoon do it too.",
    ),
    ("Nobody calls back", "Nimbus promised to call on {day}. Nobody did. I am disappointed and frankly angry."),
    ("Reset does not help", "Held the button for {number} seconds as told. The Nimbus stays dead. Useless advice."),
    ("Sold as new, dead on day {number}", "Day {number} with my Nimbus, then 4.2. Dead. An awful way to find out."),
)

#: What somebody may add; none needs the brand.
TAILS: tuple[str, ...] = (
    "Is anyone else stuck?",
    "I want my money back.",
    "{who} says I told you so.",
    "Serial number starts with NB{number}.",
    "Bought at {shop} in {month}.",
    "And no, the reset does not help.",
    "The whole street can hear me swear.",
    "Six weeks, I still cannot believe it.",
    "It made my {drink} from {month} on.",
    "What a frustrating {day}.",
    "Model from {month}, firmware 4.2.",
    "I have a video of it.",
    "Our break room is a sad place.",
    "A bad week for coffee in {town}.",
)

#: What the news make of it; the second half of each is copied by other sites.
HEADLINES: tuple[tuple[str, str], ...] = (
    (
        "Owners angry as Nimbus update stops coffee machines",
        (
            "An update sent out overnight has left owners of the Nimbus coffee machine with dead displays. The anger is"
            " growing in forums, where people call the support terrible and the silence of the company worse."
        ),
    ),
    (
        "Six weeks for a replacement: Nimbus under fire",
        (
            "The maker of the Nimbus tells customers with broken machines to wait six weeks. Buyers call the delay"
            " ridiculous and the hotline useless; a consumer group speaks of a disappointing answer."
        ),
    ),
    (
        "How one failed download killed thousands of coffee machines",
        (
            "The Nimbus keeps a single copy of its software, and an update that fails leaves a broken machine."
            " Engineers call that a bad design. The company's first answer was an awful one: switch it off and on."
        ),
    ),
)

#: What the makers answer; their own words are no mentions.
ANSWERS: tuple[tuple[str, str], ...] = (
    ("About update 4.2", "We have stopped update 4.2 of the Nimbus and are looking into it. The Nimbus team"),
    ("Replacements", "We are sorry. If your Nimbus is dead, write to us with its serial number. The Nimbus team"),
)

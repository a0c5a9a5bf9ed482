"""What people write on the demo's ordinary days, about the Nimbus coffee machine and about other things.

Pairs of title and text; braces are filled in by ``world``.
"""

from __future__ import annotations

#: Owners who are happy.
PRAISE: tuple[tuple[str, str], ...] = (
    ("Six months in", "{month} to now and the Nimbus still makes a wonderful {drink}. I am happy with it."),
    ("Quiet!", "I love how quiet the Nimbus is. {who} sleeps through the first {drink}."),
    ("Milk foam", "The foam of the Nimbus is excellent, better than in my cafe in {town}."),
    ("Support was quick", "A seal leaked, Nimbus sent two by mail within {number} days. Great service."),
    ("Best gift", "{who} gave me a Nimbus. Best gift in years, and a beautiful thing to look at."),
    ("Timer", "A fresh {drink} at {hour} every day, thanks to the Nimbus timer. Lovely."),
    ("Easy to clean", "Taking the Nimbus apart is easy and the parts are good. {minutes} seconds, done."),
    ("App works well", "I was sceptical of an app for coffee. The Nimbus app is nice, and it is fast."),
    ("Grinder", "The grinder of the Nimbus is impressive for the price of {price}. Very even."),
    ("From {shop}", "Got the Nimbus at {shop} on sale. Happy with every single {drink} since."),
    ("Small kitchen", "Fits our tiny kitchen perfectly. Nimbus, you made somebody happy in {town}."),
    ("Decaf", "Even decaf is delicious from the Nimbus. {who} could not tell."),
    ("Recipes", "Shared my {drink} recipe from the Nimbus app, {number} people say it is amazing."),
    (
        "Old one against the Nimbus",
        "I had a Caldera for years. The Nimbus is better in every way I care about. Superb.",
    ),
    ("Spare parts", "You can buy each part of the Nimbus one by one. An excellent idea, more of this."),
    ("Colour", "The green Nimbus is gorgeous. {who} wants one for the office now."),
    ("Guests", "{number} guests, {number} different drinks, no stress. The Nimbus did a fantastic job."),
    ("Beans from {town}", "Beans from {town}, medium, in the Nimbus: perfect {drink}."),
    ("Descaling is painless", "The Nimbus tells you each step of descaling. Good design, thank you."),
    ("Two years", "Two years, about {number}00 cups, and the Nimbus is as good as on day one. Impressive."),
    ("Steam wand", "Great steam wand. The Nimbus and I make proud little hearts in the foam."),
    ("Repair cafe", "Our repair cafe opened a Nimbus: clean, tidy, easy to mend. A pleasure."),
    ("Energy use", "I measured the Nimbus: it saves a lot of power against my old machine. Excellent."),
    ("Fan mail", "I do not write fan mail. But the Nimbus is brilliant, there you have it."),
)

#: Questions and reports.
NEUTRAL: tuple[tuple[str, str], ...] = (
    ("Water filter?", "Which filter do you use in the Nimbus with the water of {town}?"),
    ("Grind setting", "What grind setting do you use in the Nimbus for {drink}?"),
    ("Nimbus or Caldera?", "Nimbus or Caldera for a household of {number}? Two {drink} a day."),
    ("Where to buy parts", "Does {shop} have the drip tray of the Nimbus in stock?"),
    ("Firmware 4.1", "My Nimbus says it runs 4.1 since {day}. Does somebody have the notes?"),
    ("Tank size", "How many litres does the tank of the Nimbus take, two or {number}?"),
    ("Used Nimbus", "Somebody in {town} sells a Nimbus from {month}. What would you pay?"),
    ("Capsules", "Is there an adapter for capsules for the Nimbus?"),
    ("Height", "Does the Nimbus go under a cupboard of {number}0 centimetres?"),
    ("Descaling interval", "How often do you descale the Nimbus? I do it every {weeks} weeks."),
    ("Changing the seal", "I will change the seal of the Nimbus on {day}. Which size is it?"),
    ("Home automation", "Does the Nimbus talk to a home server? I would start it at {hour}."),
    ("Moving house", "Moving to {town}: does the Nimbus run on the mains there?"),
    ("Beans", "Which beans are in your Nimbus in {month}? Mine are from {town}."),
    ("Manual", "Where is the manual of the Nimbus as a file?"),
    ("Cup height", "Does a tall glass go under the spout of the Nimbus? {who} asks."),
    ("Timer and weekends", "Can the Nimbus timer skip {day}?"),
    ("Warranty", "How do I register the warranty of the Nimbus from {shop}?"),
    ("Meeting in {town}", "Nimbus owners meet in {town} on {day} at {hour}. Bring beans."),
    ("Caldera prices", "Caldera raises its prices in {month}, writes {shop}. Nimbus has not said anything."),
)

#: Small complaints of ordinary days.
GRUMBLES: tuple[tuple[str, str], ...] = (
    ("Drip tray", "The drip tray of the Nimbus is too small. Annoying when {who} makes {drink}."),
    ("Beeping", "Why must the Nimbus beep at {hour}? An awful noise, and no way to stop it."),
    ("App logs me out", "The Nimbus app logs me out every {day}. Annoying."),
    ("Lid cracked", "The lid of my Nimbus cracked after {weeks} weeks. Disappointing for {price}."),
    ("Slow in the cold", "In our cold kitchen the Nimbus takes {minutes} seconds to warm up. Slow and sad."),
    ("Instructions", "The Nimbus manual is useless: {number} pictures and not a word."),
    ("Waiting for a seal", "Ordered a seal for the Nimbus {weeks} weeks ago. Nothing came. Poor service."),
    ("Fingerprints", "The black Nimbus shows every fingerprint. Ugly after {number} days."),
    ("Weak {drink}", "The {drink} from my Nimbus is weak and bitter. What do I do wrong?"),
    ("Cable", "The cable of the Nimbus is {number}0 centimetres long. Stupid idea in a kitchen."),
    ("Price of filters", "{price} a year for Nimbus filters is ridiculous."),
    ("Loud grinder", "The Nimbus grinder is horrible at {hour}. {who} complains."),
    ("Caldera leaks", "My Caldera leaks again, terrible seals. Thinking of something else."),
    ("Milk hose", "Cleaning the milk hose of the Nimbus is a nasty job."),
)

#: Posts of the same places that name no brand that is watched, or name it in another sense.
OFF_TOPIC: tuple[tuple[str, str], ...] = (
    ("Scales", "Which kitchen scales weigh to a tenth of a gram? Mine died in {month}."),
    ("Roasting at home", "First roast in a pan: smoke in all of {town}, but drinkable."),
    ("Clouds over {town}", "A nimbus cloud as wide as the bay this {day}. Pictures below."),
    ("Tea corner", "Does anybody here drink tea? Asking for {who}."),
    ("Market day", "The market in {town} has a roaster on {day} now."),
    ("French press tips", "Coarse grind, four minutes, do not stir twice. That is all there is."),
    ("Weather watch", "Cumulonimbus at {hour}, hail at noon, sun for the {drink}."),
    ("Mug of the month", "Vote for the mug of {month}: {number} mugs are in."),
    ("Water hardness map", "New map of water hardness, with {town} in deep blue."),
    ("Cold brew", "{number} hours in the fridge, then a paper filter. Yours?"),
    ("House rules", "Please keep selling in the market section. Thank you, the moderators."),
    ("Cafe closing", "The cafe behind the station in {town} closes in {month}."),
    ("Harvest report", "Rain came late, the harvest is down by {percent} percent, says a trader."),
    ("Cups", "{who} broke my last thin cup. Where do you buy yours?"),
)

#: What the news write on ordinary days: about the brand, or not.
NEWS: tuple[tuple[str, str], ...] = (
    (
        "{shop} puts the Nimbus on sale",
        "From {day}, {shop} sells the Nimbus for {price}. Stock is limited to {number}0 per shop.",
    ),
    (
        "Test: seven coffee machines at home",
        "The Nimbus comes second of seven in our test, for an excellent {drink} and low noise.",
    ),
    (
        "Nimbus opens a workshop in {town}",
        "The maker of the Nimbus opens a workshop in {town}, where owners repair machines together.",
    ),
    (
        "Caldera shows a small machine",
        "Caldera shows a machine for small kitchens. It is to cost {price} and comes in {month}.",
    ),
    (
        "Nimbus sells spare parts to everyone",
        "Every part of the Nimbus can be ordered since {month}. Repairers call it a good step.",
    ),
    ("What a cup costs", "Beans, water, power: a {drink} from a Nimbus costs {number} cents, our table shows."),
    ("Coffee fair in {town}", "{number}0 exhibitors come to {town}, among them Caldera and the maker of the Nimbus."),
    (
        "Portrait: the designer of the Nimbus",
        "She drew the Nimbus on a train to {town}. A talk about buttons, steam and patience.",
    ),
)

#: What somebody may add on an ordinary day; none needs the brand.
TAILS: tuple[str, ...] = (
    "Greetings from {town}.",
    "{who} agrees.",
    "Bought at {shop} in {month}.",
    "Part two on {day}.",
    "It is {hour} o'clock, time for a {drink}.",
    "We are {number} in the house.",
    "Mine is from {month}.",
    "Let me know what you think.",
    "Pictures follow.",
    "Serial number starts with NB{number}.",
)

#: What somebody may add to a question or to small talk.
GREETINGS: tuple[str, ...] = (
    "Greetings from {town}.",
    "Asking for a friend in {town}.",
    "Thank you all.",
    "{who} wants to know too.",
    "Writing this over my {drink}.",
)

#: What stands in the braces.
DETAILS: dict[str, tuple[str, ...]] = {
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "month": ("January", "February", "March", "April", "June", "August", "October", "November"),
    "hour": ("five", "six", "seven", "eight", "nine"),
    "number": ("3", "4", "5", "6", "7", "8", "9", "11", "12", "14"),
    "minutes": ("25", "30", "35", "40", "45", "50", "55"),
    "percent": ("12", "37", "50", "71", "88", "99"),
    "weeks": ("two", "three", "four", "five", "eight", "nine"),
    "price": ("189 euros", "219 euros", "240 pounds", "279 dollars", "310 dollars"),
    "drink": ("espresso", "cappuccino", "flat white", "latte", "cortado", "americano"),
    "town": ("Leeds", "Ghent", "Porto", "Graz", "Lyon", "Bergen", "Galway", "Turin", "Aarhus", "Bath"),
    "shop": ("Kitchen Harbour", "Pots & Plugs", "Mill Street Store", "The Copper Pan"),
    "who": ("my wife", "my husband", "Grandma", "my flatmate", "the whole family", "my boss", "our neighbour"),
}

#: Halves of the names people go by.
HANDLES: tuple[tuple[str, ...], tuple[str, ...]] = (
    ("slow", "morning", "copper", "quiet", "rainy", "velvet", "north", "paper", "double", "amber", "lazy", "salty"),
    (
        "otter",
        "kettle",
        "harbour",
        "teaspoon",
        "magpie",
        "attic",
        "bicycle",
        "lantern",
        "walnut",
        "pilot",
        "heron",
        "button",
    ),
)

"""Words that stand in texts about anything: a query of one of them finds more than its brand.

From general knowledge: the most common English words, and common nouns that are names of companies and products.
"""

from __future__ import annotations

_ENGLISH = """
a able about above across after again against ago all almost alone along already also although always am among an
and another any anyone anything are area around as ask asked at away back bad be became because become been before
began behind being believe below best better between big bit body book both boy bring brought business but buy by
call called came can car case cause change check child children city clear close cold come coming company could
country course cut day days deal did different do does doing done door down during each early easy eat either else
end enough even ever every everyone everything eye eyes face fact fall family far fast father feel feet few find
fine fire first five follow food for force form found four free friend from front full fun game gave general get
getting girl give given go goes going gone good got great ground group grow had half hand happen happy hard has
have having he head hear heard heart help her here high him his hold home hope hour house how however hundred idea
if important in inside instead into is it its job just keep kind knew know known land large last late later learn
least leave left less let letter life light like line list little live local long look lot love low made main make
making man many matter may maybe me mean men might mind minute moment money month more morning most mother move
much music must my name near need never new news next night no nothing now number of off office often old on once
one online only open or order other our out over own page paper part pay people perhaps person phone place plan
play point post power pretty price probably problem public put question quick quite ran rather read ready real
really reason red remember rest review right road room run said same saw say school second see seem seen sell send
sense service set seven several shall she short should show side since sir sit site six size sleep small so some
someone something sometimes soon sort stand start state stay step still stop store story street strong such sure
system take taken talk team tell ten test than thank that the their them then there these they thing think this
those though thought thousand three through time times to today together told too took top toward town tree true
try turn two type under understand until up update upon us use used user very video wait walk want war was watch
water way we wear week well went were what when where whether which while white who whole whom whose why will wind
wish with within without woman word words work world would write wrong year years yes yesterday yet you young your
"""
_NAMES = """
alphabet amazon angel apple arc arm ascent aurora azure basecamp beacon block bolt boost boxed brave bumble buffer
canvas caterpillar chase chime circle clay clover coach comet compass core craft cricket cursor dash delta discord
discover dove drift edge element epic express fiddler figure flash flex flow fork fox frontier galaxy gap gem
general glide grid groove guardian gusto harbor harvest haven hinge hive honey hub ion iris jaguar jet journey
jupiter kayak lemonade lever lime linear loom lotus lush magnet mailbox mars match mercury meta meter mint mirage
monday monster mosaic mustang nest nexus notion oak oasis opera oracle orange otter outlook oxygen palm panda
paramount patch path peacock pebble pinnacle pixel plaid planet polar polo prime pulse puma quest rally ramp range
raven reach rebel ring rocket root rover sage salt scout segment shell signal simple slack slate slice smart snap
sonic spark spectrum splash spring sprint sprout square stack stage star stream stripe subway summit sun surface
swift target teams temple tesla thread threads tide tiger toast torch tower transit triumph trust twist unity vault
venture verge visa vision vista volt wave whisper willow windows wing wise word zen zoom
"""

#: Folded.
COMMON_WORDS = frozenset((_ENGLISH + _NAMES).split())

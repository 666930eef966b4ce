/** What the pages of models and their prices say. @module */
import { area } from "../area.ts";

/** See the module. */
export const catalogueTexts = area(
  {
    price_new: "For a model that has no price yet. Choose a model in the list to change its price.",
    price_from: "Filled from version {version}: what you leave as it is stays as it is.",
    price_changed:
      "This model has a newer price than this form was filled from. What you had left empty is " +
      "filled from it now: check everything and publish again.",
    price_tiers: "Tiers for long calls",
    price_tiers_hint:
      "A call with more input tokens than a tier's limit is priced by that tier as a whole. A " +
      "class that is left empty keeps its rate from above. Empty a whole tier to remove it.",
    price_details: "What the model is",
    price_details_hint: "Routers, filters and lists of models go by this.",
    tier: "Tier",
    tier_above: "Above input tokens",
    tier_bad: "Give a limit above that of the tier before, and at least one rate.",
    tier_from: "above {tokens} tokens",
    model_kind: "Kind",
    model_takes: "Takes",
    model_gives: "Gives",
    capabilities: "Capabilities",
    served_by: "Served by",
    deprecated_on: "Deprecated on",
    retired_on: "Retired on",
    not_said: "Not said",
    names_hint: "Separated by commas.",
    names_bad: "One of these is no valid name.",
    identifier_bad: "Use 1 to 128 letters, digits or . _ : / @ -",
    day_bad: "Write the day as 2026-11-21.",
    name_contains: "Name contains",
    provider_or_maker: "Provider or maker",
    no_prices_found: "No model fits this filter.",
  },
  {
    price_new: "ဈေးနှုန်း မရှိသေးသော မော်ဒယ်အတွက် ဖြစ်သည်။ ရှိပြီးသားဈေးကို ပြောင်းရန် စာရင်းမှ မော်ဒယ်ကို ရွေးပါ။",
    price_from: "ဗားရှင်း {version} မှ ဖြည့်ထားသည်။ မပြင်သောအရာများ မူလအတိုင်း ကျန်မည်။",
    price_changed:
      "ဤပုံစံ ဖြည့်ပြီးနောက် ဤမော်ဒယ်တွင် ဈေးအသစ် ရှိနေသည်။ ကွက်လပ်များကို ထိုဈေးမှ ဖြည့်ပေးထားသည်။ အားလုံးကို စစ်ဆေးပြီး ထပ်မံ ထုတ်ပြန်ပါ။",
    price_tiers: "ရှည်လျားသော ခေါ်ဆိုမှုများအတွက် အဆင့်များ",
    price_tiers_hint:
      "အဝင်တိုကင် အဆင့်၏ ကန့်သတ်ချက်ထက် များလျှင် ခေါ်ဆိုမှုတစ်ခုလုံးကို ထိုအဆင့်ဖြင့် တွက်သည်။ ကွက်လပ်ထားသော အမျိုးအစားသည် အထက်ပါနှုန်းအတိုင်း ဖြစ်သည်။ အဆင့်ကို ဖယ်ရှားရန် အကွက်အားလုံး ရှင်းပါ။",
    price_details: "မော်ဒယ်အကြောင်း",
    price_details_hint: "လမ်းကြောင်းများ၊ စစ်ထုတ်မှုများနှင့် မော်ဒယ်စာရင်းများက ဤအချက်များကို သုံးသည်။",
    tier: "အဆင့်",
    tier_above: "အဝင်တိုကင် ဤထက်များလျှင်",
    tier_bad: "ရှေ့အဆင့်ထက် ကြီးသော ကန့်သတ်ချက်နှင့် နှုန်း အနည်းဆုံးတစ်ခု ထည့်ပါ။",
    tier_from: "တိုကင် {tokens} ထက်များလျှင်",
    model_kind: "အမျိုးအစား",
    model_takes: "လက်ခံသည်",
    model_gives: "ထုတ်ပေးသည်",
    capabilities: "စွမ်းဆောင်ရည်များ",
    served_by: "ဝန်ဆောင်မှုပေးသူများ",
    deprecated_on: "မသုံးရန် အကြံပြုသည့်နေ့",
    retired_on: "ရပ်ဆိုင်းသည့်နေ့",
    not_said: "မဖော်ပြ",
    names_hint: "ကော်မာဖြင့် ခွဲပါ။",
    names_bad: "တစ်ခုခုသည် မှန်ကန်သော အမည် မဟုတ်ပါ။",
    identifier_bad: "အင်္ဂလိပ်အက္ခရာ၊ ဂဏန်း သို့မဟုတ် . _ : / @ - ၁ လုံးမှ ၁၂၈ လုံး သုံးပါ။",
    day_bad: "ရက်ကို 2026-11-21 ကဲ့သို့ ရေးပါ။",
    name_contains: "အမည်တွင် ပါဝင်သည်",
    provider_or_maker: "ဝန်ဆောင်မှုပေးသူ သို့မဟုတ် ဖန်တီးသူ",
    no_prices_found: "ဤစစ်ထုတ်မှုနှင့် ကိုက်ညီသော မော်ဒယ် မရှိပါ။",
  },
);

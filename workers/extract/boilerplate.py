"""The words that mark what is no article: class names, headings, labels and lines, by language.

Headings and labels are compared folded (`monitor.text.fold`): no marks, no punctuation, one spelling.
"""

from __future__ import annotations

import re

from monitor.text import fold, fold_letters

# Whole class names and ids only: a substring rule would hit `entry-content no-share`.
CLASSES = {
    "share": """share sharing share-buttons share-buttons-top share-buttons-bottom share-links share-post
        post-share post-sharing entry-share mobile-share share-box share-bar share-container share-wrapper
        sharedaddy sd-sharing sd-sharing-enabled social social-share social-sharing social-links social-icons
        social-media-sharing sharethis-inline-share-buttons addtoany addtoany_share_save_container a2a_kit
        heateor_sss_sharing_container essb_links mashsb-container jeg_share_top_container
        jeg_share_bottom_container jeg_share_button td-post-sharing td-post-sharing-top
        td-post-sharing-bottom tdb_single_post_share td_block_social_share ss-ic sp-left
        elementor-widget-share-buttons elementor-share-buttons itemsocialsharing itemsocial""",
    "related": """related related-posts related_posts related-articles related-post related-news related-items
        related-item related-wrap related-content related-stories relatedposts relpost yarpp yarpp-related
        crp_related jp-relatedposts rp4wp-related-posts td_block_related_posts td-related-row td-related-title
        jnews_related_post_container jnews_inline_related_post jnews_inline_related_post_wrapper
        inline-related-post inline-related check-also-box check-also mag-box-related read-more-box read-also
        readalso also-read see-also most-read mostread most-viewed popular popular-posts popularposts trending
        recommended recommendations more-news more-stories latest-news latest-posts widget widget-area sidebar
        sidebar-wrapper wp-block-query wp-block-latest-posts elementor-widget-posts itemrelated itemlatest
        itemauthorlatest moduletable-related k2itemsblock itemnavigation r-pf post-navigation nav-links
        prev-next prev-next-post-nav jeg_prevnext_post td-post-next-prev blog-pager pager pagination
        taboola outbrain next-prev view-related block-related""",
    "tags": """tags post-tags post-tag post_tags entry-tags tag-list tags-list tags-links tagcloud tagged
        post-bottom-tags td-tags td-post-source-tags tdb_single_tags jeg_post_tags field--name-field-tags
        field-name-field-tags amp-tags amp-wp-tax-tag taxonomy-post_tag post-labels itemtagsblock article-tags
        post-categories post-cat-wrap post-cats entry-category td-category elementor-widget-post-tags""",
    "comments": """comments comment-list commentlist comment-respond comments-area comments-wrapper
        respond comment-form commentform disqus_thread fb-comments blog-post-comments itemcomments
        itemcommentsform jeg_comment_container wp-block-comments td-comments-title-wrap post-comments""",
    "page": """site-footer site-header main-nav main-navigation navigation nav navbar menu breadcrumb
        breadcrumbs crumbs td-crumb-container jeg_breadcrumbs ticker breaking breaking-news breakingnews
        news-ticker jeg_news_ticker td-trending-now-wrapper skip-link go-to-top footer-wrapper topbar
        screen-reader-text sr-only visually-hidden hidden""",
    "author": """author-box author-bio author-info about-author about-the-author post-author-box td-author-box
        author-box-wrap jeg_authorbox itemauthorblock author vcard amp-author author-desc author-description post-author entry-author meta-author byline
        post-byline writer author-name wp-block-post-author-name wp-block-post-author wp-block-post-author-biography
        elementor-widget-author-box""",
    "meta": """post-meta entry-meta single-post-meta td-module-meta-info jeg_meta_container jeg_post_meta
        post-info article-info itemtoolbar post-views node__meta post-extra-info meta-info
        list-inline elementor-widget-post-info amp-wp-byline reading-time post-byline-info""",
    "newsletter": """newsletter newsletter-box newsletter-form subscribe subscribe-box subscription mailchimp
        mc4wp-form mc_embed_signup jeg_newsletter follow-us follow-box telegram-box whatsapp-box
        google-news-box app-banner""",
    "cookie": """cookie cookies cookie-notice cookie-bar cookie-banner cookie-consent cookie-law-info-bar
        cmplz-cookiebanner gdpr gdpr-banner consent consent-banner cn-message privacy-notice""",
    "credit": "photo-credit image-credit credit image-source photo-source wp-caption-credit copyright",
    "ad": "advertisement ads adsbygoogle ad-container ad-wrapper stream-item jeg_ad sponsored promo",
}
BY_CLASS = {name: reason for reason, names in CLASSES.items() for name in names.split()}
CONTENT = frozenset(
    """entry-content post-content td-post-content tdb_single_content article-body article__body article-content
    article-text content-inner story-body story-content field--name-body field-name-body post-body itemfulltext
    itembody amp-wp-article-content wp-block-post-content elementor-widget-theme-post-content newsbody
    news-body single-content articlebody post__content post-text""".split()
)
# Hashed names of CSS modules: `Related_list__x7Ya2` is the list of the component `Related`.
CSS_MODULE = re.compile(r"^([a-z][a-z-]*?)_[a-z-]+__[\w-]{4,}$")

TAGS = {
    **dict.fromkeys(("script", "style", "noscript", "iframe", "svg", "template", "object", "ins"), "script"),
    **dict.fromkeys(("nav", "footer", "select", "dialog", "marquee", "amp-sidebar"), "page"),
    **dict.fromkeys(("form", "textarea"), "comments"),
    "aside": "related",
    "button": "share",
    "amp-social-share": "share",
    "amp-user-notification": "cookie",
    "amp-consent": "cookie",
}
ROLES = {
    "navigation": "page",
    "contentinfo": "page",
    "search": "page",
    "dialog": "page",
    "complementary": "related",
}


def _starts(*patterns: str) -> re.Pattern[str]:
    """Patterns in any spelling, to be matched at the start of folded text."""
    return re.compile(fold_letters("|".join(patterns)))


def _whole(*patterns: str) -> re.Pattern[str]:
    return _starts("(?:" + "|".join(patterns) + ")$")


# What follows such a heading is a list of other articles.
RELATED = _whole(
    r"(?:ال)?(?:مقالات|مواضيع|موضوعات|اخبار|منشورات|تدوينات|مشاركات|تقارير|فيديوهات|قصص|مواد|محتوي)"
    r" (?:ذات (?:ال)?صله|متعلقه|مشابهه|مرتبطه|متصله|مماثله|(?:قد )?ت(?:همك|عجبك)|اخري|مقترحه|مختاره|شائعة)(?: \w+){0,2}",
    r"ذات (?:ال)?صله|مختارات|اخترنا لك(?:م)?|ترشيحاتنا|نرشح لك(?:م)?|ننصح(?:ك|كم)? (?:ب)?\w+|من نفس القسم|من القسم (?:نفسه|ذاته)",
    r"(?:ال)?اكثر (?:ال)?(?:\w+ )?(?:قراءه|مشاهده|تداولا|تفاعلا|شعبيه|تعليقا|مشاركه|زياره)(?: \w+){0,2}",
    r"المشاركات الشائعة|الاكثر رواجا",
    r"اقر(?:أ|أي|أوا|ؤوا|ءوا|ئوا) (?:ايضا|كذلك|المزيد|اكثر)(?: \w+){0,2}|اقر\w* (?:في|على) \w+ (?:ايضا|كذلك)",
    r"(?:شاهد|طالع|تابع|انظر)(?:وا)? (?:ايضا|كذلك|المزيد)",
    r"(?:قد|ربما) (?:ي|ت)(?:همك|عجبك|عجبكم|همكم)(?: ايضا| قراءه| هذه المشاركات| \w+){0,3}",
    r"(?:اخر|احدث|اهم|ابرز) (?:ال)?(?:اخبار|مقالات|مواضيع|مستجدات|تقارير|فيديوهات|منشورات|مشاركات|تطورات|عناوين)(?: \w+){0,2}",
    r"المزيد(?: (?:من|في|عن|حول|علي) .{1,40})?|اخبار اخري|اخبار عاجله|قصص الاخبار|خبر عاجل|عاجل",
    r"(?:المقال|الخبر|الموضوع|المنشور|التدوينه|المقاله) (?:السابقه?|التاليه?)|السابق|التالي|رسايل (?:احدث|اقدم)",
    r"related(?: (?:articles?|posts?|news|stories|story|content|topics?|coverage|reading|items))?|most (?:read|viewed|"
    r"popular|shared|commented|watched)(?: \w+){0,2}|popular(?: (?:posts|news|now|articles|stories))?",
    r"(?:also read|read (?:also|more|next|this)|see also|you (?:may|might) (?:also )?(?:like|be interested in|enjoy)(?: \w+)?)",
    r"(?:featured|top|other|related) (?:stories|posts|articles)|more (?:news|stories|articles|headlines|(?:from|on|in|about) .{1,40})|(?:the )?latest(?: (?:news|posts|articles|stories|headlines))",
    r"recommended(?: (?:for you|reading|stories|articles))?|trending(?: \w+)?|editor s picks?|don t miss|up next|top stories",
    r"(?:next|previous) (?:article|post|story)|in case you missed it|what to read next|other (?:news|stories)",
    r"ilgili (?:haberler|haber|yazilar|yazılar|icerikler|içerikler|konular)|benzer (?:haberler|yazılar|içerikler)|"
    r"(?:bunlar da )?ilginizi çekebilir|(?:en )?çok okunan(?:lar)?(?: haberler)?|son (?:haberler|dakika|eklenenler)|diğer haberler|"
    r"ayrıca (?:okuyun|bakınız)|(?:bunu da|bunları da) oku(?:yun)?|önerilen (?:haberler|yazılar)|öne çıkanlar|günün manşetleri",
    r"(?:articles?|actualités|contenus|sujets) (?:liés?|similaires?|associés?|connexes?|recommandés?)|(?:à|a) (?:lire|voir)"
    r"(?: (?:aussi|également|ensuite))?|lire (?:aussi|également|la suite|plus)|sur le même (?:sujet|thème)(?: \w+){0,3}|les plus (?:lus?|"
    r"populaires?|partagés?|consultés?|vus)|vous aimerez(?: \w+){0,2}|dans la même (?:rubrique|catégorie)|voir aussi|"
    r"(?:les )?derni(?:ères|ers) (?:actualités|nouvelles|infos|articles)|plus d articles|articles? (?:précédent|suivant)",
    r"(?:nûçeyên|nûçe|mijarên|gotarên) (?:din(?: ên| yên)? )?(?:têkildar|pêwendîdar|din|dawî|dawîn|girêdayî|herî dawî)|(?:yên )?herî (?:zêde|pir) "
    r"(?:hatine |tê )?(?:xwendin|xwendî)|zêdetir (?:bixwîne|nûçe)|(?:vê jî|van jî) bixwîn(?:e|in)|nûçeyên dawî",
    r"(?:هەوالی|هەوالە|بابەتی|بابەتە|هەواڵی|هەواڵە|هەواڵی) ?(?:پەیوەندیدار|پەیوەندیدارەکان|هاوشێوە|تر|هاوشێوەکان)",
    "زۆرترین خوێندراو(?:ەكان)?|زیاتر بخوێنەوە|دوایین هەواڵ(?:ەكان)?|هەواڵەکانی تر|هەمان بەش|ئەمەش بخوێنەوە",
)
# What follows such a heading, to the end of its container, is by readers.
COMMENTS = _whole(
    r"(?:ال)?تعليقات(?: (?:القراء|الزوار|مغلقة|على \w+|\d+)){0,2}|\d+ تعليق(?:ات)?|(?:اترك|أضف|اكتب|أرسل|إرسال|شارك|كتابة|إضافة) "
    r"(?:لنا )?(?:تعليقا?ك?|ردا?ك?|برأيك|رأيك)(?: \w+){0,3}|إلغاء الرد|آراء القراء",
    r"(?:\d+ )?(?:comments?|responses|replies)(?: \d+)?|(?:leave|post|write|add|submit) (?:a |your )?(?:reply|comment|response)"
    r"(?: .{0,30})?|cancel reply|join the (?:discussion|conversation)",
    r"(?:\d+ )?(?:okur )?yorum(?:lar|ları)?(?: \d+)?|(?:bir )?(?:yorum|cevap) (?:yap|yaz|yazın|yapın|bırakın?)|(?:\d+ )?commentaires?(?: \d+)?|"
    r"(?:laisser|ajouter|écrire|poster) un commentaire|laissez un commentaire|un message un commentaire|vos (?:réactions|commentaires)",
    r"(?:\d+ )?şîrove(?: \d+)?|(?:wek mêvan )?şîrove\w* .{0,12}(?:bihêle|binivîse)|کۆمێنتەکان|لێدوانێک بنووسە|بۆچوونەکان",
)
# A paragraph that begins so leads away from the article.
READ_ALSO = _starts(
    r"ذات صلة\b|(?:her wiha |herwiha )bixwîn\w+|"
    r"اقر(?:أ|أي|أوا|ؤوا|ءوا|ئوا) (?:ايضا|كذلك|المزيد)\b|(?:شاهد|طالع|تابع|انظر)(?:وا)? (?:ايضا|كذلك)\b|(?:قد|ربما) "
    r"(?:ي|ت)(?:همك|عجبك)\b|(?:اخبار|مواضيع|مقالات) (?:ذات صله|متعلقه)\b|(?:ل)?لمزيد من (?:التفاصيل|الاخبار|المعلومات)\b|"
    r"لقراءه (?:الخبر|المقال|التقرير|الموضوع) (?:كاملا|بالكامل|كامله?)\b|(?:also read|read (?:also|more|next)|see also|related|"
    r"you may also like)\b|(?:lire|voir) (?:aussi|également)\b|à lire(?: (?:aussi|également))?\b|ayrıca (?:okuyun|bakınız|oku)\b|"
    r"bunu da oku\w*|ilgili haber(?:ler)?\b|(?:vê jî|van jî) bixwîn\w+|zêdetir bixwîne|"
     "زیاتر بخوێنەوە" + "|" + "ئەمەش بخوێنەوە" + "|" + "هەروەها بخوێنەوە"
)  # fmt: skip
TAG_LINE = _starts(
    r"(?:ال)?(?:وسوم|اوسمه|كلمات (?:مفتاحيه|دلاليه|الدليله)|كلمات الدليله|هاشتاغ|تاغات|تصنيفات?|تصنيف)\b|(?:الكلمات (?:المفتاحيه|الدلاليه|"
    r"الدليله))\b|(?:tags?|filed under|categories|topics|keywords)\b|etiketler\b|(?:mots clés|étiquettes)\b|etîket\b|"
     "تاگ" + r"\b"
)  # fmt: skip
SHARE_LINE = _starts(
    r"(?:شارك|شاركها|شاركه|شاركوا|مشاركة|انشر|انشرها|أرسل|share|tweet|paylaş|partager|parve bike|bişîne)\b|"
    r"(?:انقر|اضغط) (?:كي |ل)|طباعة (?:هذه )?(?:الصفحة|الخبر|المقال)|(?:bu )?(?:haberi|yazıyı|içeriği) paylaş|"
    r"(?:vê nûçeyê|li \w+|bi \w+) .{0,30}(?:parve bik|bişîn)|هاوبەشی (?:پێ )?بکە"
)
# Such a line speaks of sharing even where nothing in it is linked.
SHARE_OBJECT = _starts(
    r"(?:شارك|انشر|مشاركة|شاركوا) (?:هذا |هذه )?(?:الخبر|المقال|المقالة|الموضوع|التقرير|الصفحة|المنشور|القصة|المادة)(?: .{0,40})?$|"
    r"(?:شارك|شاركها|شاركه|مشاركة|انشر|شاركنا) (?:على|عبر) (?:\w+|مواقع التواصل.{0,20})$|شاركها مع .{0,30}$|"
    r"(?:انقر|اضغط) (?:كي |ل)(?:ل?مشاركة|ت?شارك|طباعة|لطباعة|إرسال).{0,60}$|طباعة (?:هذه )?(?:الصفحة|الخبر|المقال)$|"
    r"share (?:this|on|via) .{0,40}$|(?:bu )?(?:haberi|yazıyı|içeriği) paylaş.{0,30}$|partager (?:cet|sur|l) .{0,40}$|"
    r"(?:vê nûçeyê|li \w+|bi \w+) .{0,30}(?:parve bik\w+|bişîn\w+)$|هاوبەشی (?:پێ )?بکە.{0,30}$"
)
# Short blocks with these words are the site's, not the article's: (reason, first words, words anywhere).
PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "newsletter",
        _starts(
            r"^(?:تابعونا|تابعنا|تابعوا|لمتابعت|للاشتراك|اشترك|اشتركوا|انضم|انضموا|للانضمام|حمل|حملوا|لتحميل|لمتابعه|يمكنكم متابع)"
            r".{0,120}(?:تلغرام|تليغرام|تيليغرام|تلجرام|تليجرام|تيليجرام|تيلغرام|تلكرام|واتس ?اب|فيس ?بوك|تويتر|يوتيوب|انستغرام|قنا(?:ه|تنا)"
            r"|صفحتنا|منصاتنا|منصات|تطبيق|غوغل نيوز|جوجل نيوز|نشرتنا|النشره|نشره|telegram|whatsapp|facebook|google news)|"
            r"^تابعونا(?: علي)?$|(?:النشره|القايمه) (?:البريديه|الصباحيه|المساييه|اليوميه|الاسبوعيه)|(?:سجل|ادخل|اكتب|اترك|ضع) بريدك|(?:ليصلك|تصلك|نرسل اليك) .{0,60}(?:بريد|ملخص|نشره)|"
            r"(?:الي|علي) بريدك (?:الالكتروني|كل)|^sign up (?:with|for|to)\b|we respect your privacy|il vous reste .{0,20}articles? gratuits?|هل تريد (?:تلقي|استلام) |"
            r"^(?:follow|join|subscribe|sign up|download|get)\b.{0,100}(?:facebook|twitter|telegram|whatsapp|"
            r"newsletter|channel|\bapp\b|youtube|google news|inbox|instagram)|^(?:bizi )?.{0,40}(?:takip edin|abone ol(?:un)?)$|"
            r"^(?:suivez nous|abonnez vous|inscrivez vous|rejoignez)\b|^(?:me bişopînin|bibin abone)\b"
        ),
    ),
    (
        "cookie",
        _starts(
            r"ملفات (?:تعريف )?(?:الارتباط|ارتباط|كوكيز|الكوكيز)|\bكوكيز\b|\bcookies?\b.{0,120}(?:policy|accept|experience|consent|agree|site)|"
            r"(?:site|we) uses? cookies|çerez(?:ler)?\w*\b.{0,80}(?:kullan|politika)|çerezan bi kar|کووکی|"
            r"(?:تستخدم|نستخدم|يستخدم|يستعمل|نستعمل) .{0,30}(?:كوكيز|الكوكيز)|نخزن معلومات علي جهازك|utilis\w+ des cookies"
        ),
    ),
    (
        "copyright",
        _starts(
            r"(?:جميع|كافه|كل) الحقوق محفوظه|حقوق النشر محفوظه|حقوق (?:النشر|الطبع) (?:محفوظه|©)|all rights reserved|tüm hakları|tous droits"
            r" réservés|hemû maf(?:ên)? parastî|" + "هەموو مافێک پارێزراوە" + "|^copyright\\b"
        ),
    ),
    (
        "credit",
        _starts(
            r"^(?:created by|powered by|designed by|developed by|theme by|built with)\b|^(?:plan du site|mentions légales|بدعم من|تم إنشاؤه بواسطة|تم إنشاء الموقع)\b|^(?:تصميم|تطوير|برمجه|مصمم)"
            r" (?:و(?:تطوير|برمجه|استضافه) )?(?:بواسطه|شركه|من قبل)?|^صوره(?: ارشيفيه| تعبيريه| متداوله| من الارشيف)?$|^(?:تصوير|عدسه) \w+"
            r"(?: \w+){0,3}$|^(?:photo|image)(?: credit)? (?:by )?\w+(?: \w+){0,4}$"
        ),
    ),
    (
        "page",
        _starts(
            r"^(?:ملاحظه )?(?:التعليقات|الاراء) (?:المنشوره|الوارده)|لا (?:يتحمل|تتحمل) (?:موقعنا|اداره|الموقع)|(?:تعبر|يعبر)(?: بالضروره)? عن (?:راي|اراء|وجهه نظر|وجهات نظر)|لن يتم نشر عنوان بريدك|الحقول الالزاميه|هذا الخبر بعنوان|^كن اول من (?:يعلق|يكتب)|your email address will not be"
            r" published|views expressed .{0,60}(?:author|not necessarily)|^(?:هل )?اعجبك (?:المحتوي|المقال|الخبر)|^زر الذهاب الي الاعلي$|"
            r"^(?:تسجيل (?:ال)?دخول|دخول المشتركين|abone girişi|üye girişi|subscriber login|log ?in|sign in|connexion abonnés)\b.{0,40}$|"
            r"غير مسؤولة? عن (?:ال)?(?:تعليقات|محتوى|ما ينشر)|^لا يسمح باعاده (?:ال)?نشر|^العودة (?:إلى|الى) (?:ال)?أعلى|^مرسلة بواسطة |^أنت الزائر رقم|^عدد الزوار|^عرض الإعلان|^رابط مختصر|^قائمة من \d+ عناصر$|^نهاية القائمة$|^محتويات (?:التقرير|المقال)$|^آخر تعديل\b.{0,60}$|^حول (?:المحرر|الكاتب|محرر)\b.{0,60}$|"
            r"kaynak gösterilmeden|عبر نظام تدفق الأخبار"
        ),
    ),
)  # fmt: skip

_LINES = """
Facebook|Twitter|X|Twitter (X)|تويتر (X)|واتس آب|لينكد إن|نسخ رابط الخبر|نسخ رابط المقال|طباعة هذه الصفحة|WhatsApp|Telegram|Messenger|Viber|LinkedIn|Pinterest|Email|Print|Copy Link|Copy|Reddit|Tumblr|VK|
Instagram|YouTube|TikTok|Threads|Line|Share|Tweet|Pin it|Send|icon|Logo|Loading ads...|Advertisements|Advertisement|Menu|
فيسبوك|فيس بوك|تويتر|إكس|واتساب|واتس اب|واتسآب|تلغرام|تليغرام|تيليغرام|تيلقرام|تلجرام|تيليجرام|ماسنجر|فايبر|لينكدإن|بينتيريست|
انستغرام|يوتيوب|مشاركة|شارك|شاركها|شارك المقال|شارك الخبر|غرد|طباعة|طباعة الخبر|اطبع|إرسال|أرسل إلى صديق|نسخ الرابط|نسخ|
بريد إلكتروني|البريد الإلكتروني|مشاركة عبر البريد|المشاركات|مشاهدات|التعليقات|تعليقات|اضف تعليق|أضف تعليق|اترك تعليقاً|
زر الذهاب إلى الأعلى|مقالات ذات صلة|اقرأ أيضاً|الأكثر قراءة|إعلان|إعلانات|اظهر المزيد|أظهر المزيد|عرض المزيد|استمع إلى الملخص|
اظهر الملخص|إلغاء الرد|الوضع المظلم|تواصل معنا|austin_tice|friendsofaustintice|قاسيون_متابعات|قاسيون_رصد|حجم الخط|
التغطية الحية|أخبار عربيةعاجل|أين يمكنك متابعتنا|أقسام مهمة|مباشر|مرتبط|عاجل|مشاركة هذا التحديث|It's Over 9000!|صورة أرشيفية|اغلاق|العضوية|
قصص الأخبار|الرئيسية|بحث|القائمة|Home|Search|Leave a Reply|Comments|Read also|Related articles|Most read|
Paylaş|Yazdır|Partager|Imprimer|Parve bike|هاوبەشی پێ بکە
"""
LINES = frozenset(fold(line) for line in _LINES.replace("\n", "").split("|") if line.strip())
# Lines that are nothing but a counter, a size switch, a reading time or an age.
COUNTER = _starts(
    r"[\d ]+$|[aا]? ?حجم الخط ?[aا]?$|الخط$|(?:عدد )?(?:ال)?(?:مشاهدات|زيارات|قراءات|القراءات) ?[\d k]+$|"
    r"(?:okunma(?: sayısı)?|görüntülenme|lectures?|vues?|views?) ?[\d k]+$|"
    r"[\d k]+ (?:مشاهدة|مشاهدات|زيارة|قراءة|تعليق|تعليقات|views?|comments?|shares?|okunma|vues?|أصوات|صوت|تقييم(?:ات)?)$|"
    r"(?:دقيقة واحدة|دقيقتان|دقيقتين|\d+ (?:دقائق|دقيقة|ثانية|ثوان))(?: (?:ل?ل?قراءة))?$|(?:مدة|زمن|وقت) القراءة.{0,30}$|\d+ min(?:ute)?s? read$|"
    r"(?:منذ|قبل) (?:\d+ )?(?:ثانية|دقيقة|دقائق|ساعة|ساعات|ساعتين|يوم|يومين|أيام|أسبوع|أسبوعين|أسابيع|شهر|شهرين)(?: واحدة?)?$|"
    r"\d+ (?:hours?|minutes?|days?) ago$|il y a \d+ \w+$|\d+ (?:saat|dakika|gün) önce$"
)

package org.coopmesh.abuse.plea;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.coopmesh.abuse.ban.Ban;
import org.coopmesh.abuse.ban.BanEnded;
import org.coopmesh.abuse.ban.BanId;
import org.coopmesh.abuse.ban.BanStepRefused;
import org.coopmesh.abuse.ban.Bans;
import org.coopmesh.abuse.ban.Origin;
import org.coopmesh.abuse.bouncer.Dropped;
import org.coopmesh.abuse.bouncer.Feed;
import org.coopmesh.abuse.casework.Casework;
import org.coopmesh.abuse.casework.ConflictOfInterest;
import org.coopmesh.abuse.decision.Adjudication;
import org.coopmesh.abuse.decision.DecisionStepRefused;
import org.coopmesh.abuse.plea.Plea.Granted;
import org.coopmesh.abuse.plea.Plea.Lodged;
import org.coopmesh.abuse.plea.Plea.Over;
import org.coopmesh.abuse.plea.Plea.Refused;
import org.coopmesh.abuse.plea.PleaRefused.Why;
import org.coopmesh.abuse.report.FollowUpToken;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.subject.CaseId;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.abuse.subject.Prefix;
import org.coopmesh.abuse.subject.SubjectRegister;
import org.coopmesh.abuse.transparency.LogFact;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.coopmesh.abuse.transparency.TransparencyLog;
import org.coopmesh.mail.Mails;
import org.coopmesh.mail.Told;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes appeals of people who are no members in and has them heard. What grants one is the ban being lifted, by whichever way. */
@Service
@EnableConfigurationProperties(PleaSettings.class)
public class Pleading {
    /** How bans of people are called where they are told to firewalls; the rest comes from lists of others. */
    private static final String OURS = "coopmesh";

    private static final Logger log = LoggerFactory.getLogger(Pleading.class);

    private final Pleas pleas;
    private final Feed feed;
    private final Bans bans;
    private final Adjudication adjudication;
    private final Casework casework;
    private final SubjectRegister subjects;
    private final Mails mails;
    private final TransparencyLog publicLog;
    private final PleaSettings settings;
    private final Clock clock;

    Pleading(
            Pleas pleas,
            Feed feed,
            Bans bans,
            Adjudication adjudication,
            Casework casework,
            SubjectRegister subjects,
            Mails mails,
            TransparencyLog publicLog,
            PleaSettings settings,
            Clock clock) {
        this.pleas = pleas;
        this.feed = feed;
        this.bans = bans;
        this.adjudication = adjudication;
        this.casework = casework;
        this.subjects = subjects;
        this.mails = mails;
        this.publicLog = publicLog;
        this.settings = settings;
        this.clock = clock;
    }

    /** An appeal, beside the ban that it is against. */
    record Heard(Plea plea, Ban ban) {}

    /**
     * What a link leads to.
     *
     * @param ban null where nothing that people here decided bans the address now
     * @param plea null until one is lodged
     */
    record Opened(Asking asking, @Nullable Ban ban, @Nullable Plea plea) {}

    /** Sends a letter about what bans an address, with a link where an appeal helps. The answer is the same whether it is banned or not. */
    @Transactional
    void ask(Prefix address, String email, Language language) {
        Instant now = now();
        var asking = new Asking(UUID.randomUUID(), address, email, language, now);
        pleas.ask(asking);
        mails.queue(List.of(new Told(PleaLetters.LINK, asking.id(), asking.id())), now);
        log.atInfo().addKeyValue("askingId", asking.id()).log("link for an appeal asked for");
    }

    /** What drops packets of an address, the narrowest and longest of the co-op's own bans first, lists of others last. */
    List<Dropped> covering(Prefix address) {
        List<Dropped> all = feed.covering(address);
        return Stream.concat(
                        all.stream().filter(Pleading::isOurs), all.stream().filter(d -> !isOurs(d)))
                .toList();
    }

    static boolean isOurs(Dropped dropped) {
        return dropped.source().origin().equals(OURS);
    }

    private Optional<Ban> banOf(Prefix address) {
        return covering(address).stream()
                .filter(Pleading::isOurs)
                .findFirst()
                .map(dropped -> bans.find(new BanId(dropped.ban())));
    }

    /**
     * What a link leads to.
     *
     * @throws PleaRefused if there is no such link, or its time is over
     */
    @Transactional
    Opened open(UUID id, FollowUpToken token) {
        Asking asking = admit(id, token);
        Optional<Ban> ban = banOf(asking.address());
        return new Opened(
                asking,
                ban.orElse(null),
                ban.flatMap(held -> pleas.of(held.order().id(), asking.email())).orElse(null));
    }

    private Asking admit(UUID id, FollowUpToken token) {
        return pleas.lockToken(id)
                .filter(token::matches)
                .flatMap(hash -> pleas.asking(id))
                .filter(asking -> asking.askedAt().plus(settings.linkFor()).isAfter(now()))
                .orElseThrow(
                        () -> new PleaRefused(Why.NOT_THERE, "no such link, or it is too old"));
    }

    /**
     * Appeals by a link: once for each ban and mail address.
     *
     * @throws PleaRefused if there is no such link, nothing bans the address any more, or an appeal was lodged before
     */
    @Transactional
    public Lodged lodge(UUID id, FollowUpToken token, String text) {
        Asking asking = admit(id, token);
        Ban ban =
                banOf(asking.address())
                        .orElseThrow(() ->
                                new PleaRefused(
                                        Why.NOT_BANNED, "nothing decided here bans this address"));
        Instant now = now();
        var petition =
                new Petition(
                        new PleaId(UUID.randomUUID()),
                        ban.order().id(),
                        asking.address(),
                        asking.email(),
                        asking.language(),
                        text,
                        now,
                        now.plus(adjudication.policy().hearWithin()));
        if (!pleas.add(petition)) {
            throw new PleaRefused(Why.ONCE, "an appeal against this ban was lodged before");
        }
        told(petition, Kind.APPEAL_LODGED);
        log.atInfo().addKeyValue("pleaId", petition.id()).log("appeal from outside lodged");
        return new Lodged(petition);
    }

    /**
     * Finds for them: lifts the ban, or has the decision that imposed it taken back, by as many as that takes. Until the last of
     * them has spoken the appeal stays lodged.
     *
     * @throws PleaRefused if there is none, it is decided, or this person ordered or agreed to the ban
     * @throws BanStepRefused if the ban ended meanwhile
     * @throws DecisionStepRefused if this person found for them before, or is of the board and no moderator has
     * @throws ConflictOfInterest if the ban hits this person's household, or its case concerns it
     */
    @Transactional
    public Plea grant(PleaId id, MemberId by, Adjudication.Office office, String reason) {
        Lodged lodged = lodged(id);
        Ban ban = heardBy(lodged, by);
        switch (ban.order().origin()) {
            case Origin.OfDecision of -> adjudication.reverse(of.decision(), by, office, reason);
            case Origin.Moderator m -> {
                if (office == Adjudication.Office.BOARD) {
                    throw new PleaRefused(Why.NOT_YOU, "a moderator lifts this ban");
                }
                bans.lift(ban.order().id(), by, reason);
            }
            case Origin.Trial t -> throw new IllegalStateException("a trial bans nobody");
        }
        return find(id);
    }

    /**
     * Lets the ban stand.
     *
     * @throws PleaRefused if there is none, it is decided, or this person ordered or agreed to the ban
     * @throws ConflictOfInterest if the ban hits this person's household, or its case concerns it
     */
    @Transactional
    public Refused refuse(PleaId id, MemberId by, String reason) {
        Lodged lodged = lodged(id);
        heardBy(lodged, by);
        Refused refused = lodged.refuse(by, reason, now());
        if (!pleas.end(refused)) {
            throw new PleaRefused(Why.DECIDED, "this appeal was decided meanwhile");
        }
        answer(refused.petition(), Kind.APPEAL_REFUSED);
        return refused;
    }

    private Lodged lodged(PleaId id) {
        if (find(id) instanceof Lodged lodged) return lodged;
        throw new PleaRefused(Why.DECIDED, "this appeal is decided");
    }

    /** The ban, for somebody who may hear the appeal. */
    private Ban heardBy(Lodged lodged, MemberId by) {
        Ban ban = bans.find(lodged.petition().ban());
        if (isTooNear(ban, by)) {
            throw new ConflictOfInterest(
                    "the ban hits you or your household, or its case is too near");
        }
        if (!mayHear(ban, by)) {
            throw new PleaRefused(
                    Why.NOT_YOU, "you had a part in this ban: another moderator hears the appeal");
        }
        return ban;
    }

    /** Whether a ban hits the reader's household, or was decided in a case that they stand too near to. */
    private boolean isTooNear(Ban ban, MemberId reader) {
        CaseId decidedIn =
                ban.order().origin() instanceof Origin.OfDecision ? ban.order().caseId() : null;
        return subjects.household(reader).isHitBy(ban.order().target())
                || decidedIn != null && casework.isTooNear(decidedIn, reader);
    }

    /** Nobody who ordered the ban, agreed to it or decided it. */
    boolean mayHear(Ban ban, MemberId reader) {
        boolean imposed = ban instanceof Ban.InForce held && held.imposedBy().equals(reader);
        boolean decided =
                ban.order().origin() instanceof Origin.OfDecision of
                        && adjudication.find(of.decision()).isBy(reader);
        return !ban.order().orderedBy().equals(reader) && !imposed && !decided;
    }

    /** In the transaction that ended a ban: whoever appealed against it has what they asked for. */
    @EventListener
    void on(BanEnded fact) {
        for (Lodged lodged : pleas.waiting(fact.ban().order().id())) {
            switch (fact.ban()) {
                case Ban.Lifted l -> {
                    Granted granted = lodged.grant(l.by(), l.reason(), l.at());
                    if (pleas.end(granted)) answer(granted.petition(), Kind.APPEAL_GRANTED);
                }
                case Ban.Expired e -> over(lodged.end(e.at()));
                case Ban.Replaced r -> over(lodged.end(r.at()));
                case Ban.Proposed p -> {}
                case Ban.Declined d -> {}
                case Ban.InForce i -> {}
            }
        }
    }

    private void over(Over over) {
        if (pleas.end(over)) mail(over.petition());
    }

    private void answer(Petition petition, Kind kind) {
        told(petition, kind);
        mail(petition);
        log.atInfo().addKeyValue("pleaId", petition.id()).log("appeal from outside decided");
    }

    private void mail(Petition petition) {
        UUID id = petition.id().value();
        mails.queue(List.of(new Told(PleaLetters.ANSWER, id, id)), now());
    }

    /** In the public log stands that there was one, and what became of it; whose it is, nowhere there. */
    private void told(Petition petition, Kind kind) {
        publicLog.append(new LogFact(kind, petition.id().toString(), Map.of(), Map.of()));
    }

    /**
     * An appeal and the ban, for somebody who may know of it.
     *
     * @throws PleaRefused if there is none
     * @throws ConflictOfInterest if the reader stands too near
     */
    Heard read(PleaId id, MemberId reader) {
        Heard heard = heard(find(id));
        if (isTooNear(heard.ban(), reader)) {
            throw new ConflictOfInterest(
                    "the ban hits you or your household, or its case is too near");
        }
        return heard;
    }

    /** Those that wait and are due first, first; without those that the reader stands too near to. */
    List<Heard> list(@Nullable String state, int limit, MemberId reader) {
        return pleas.list(state, limit).stream()
                .map(this::heard)
                .filter(heard -> !isTooNear(heard.ban(), reader))
                .toList();
    }

    private Heard heard(Plea plea) {
        return new Heard(plea, bans.find(plea.petition().ban()));
    }

    Plea find(PleaId id) {
        return pleas.find(id).orElseThrow(() -> new PleaRefused(Why.NOT_THERE, "no appeal " + id));
    }

    /** Forgets links that are too old, and of what was answered long ago who asked and in which words. */
    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT1M")
    @Transactional
    public void forget() {
        Instant now = now();
        pleas.forgetAskings(now.minus(settings.linkFor()));
        pleas.blank(now.minus(settings.keepFor()));
        mails.forget(Set.of(PleaLetters.LINK, PleaLetters.ANSWER), now.minus(settings.keepFor()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}

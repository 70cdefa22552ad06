package org.coopmesh.membership.identity;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Lets somebody in again who has lost every way: two board members approve, then a delay in which everybody concerned is told and
 * can stop it, then one code.
 */
@Service
class Recovering {
    static final Duration CODE_LIFETIME = Duration.ofDays(7);
    static final int LISTED_MAX = 100;

    private static final String ASKED_AT_THE_PAGE = "asked for at the sign-in page";

    private final Recoveries recoveries;
    private final Accounts accounts;
    private final RoleGrants grants;
    private final CodeApps codeApps;
    private final Passkeys passkeys;
    private final MailedLinks links;
    private final Changes changes;
    private final Contacts contacts;
    private final PasswordEncoder passwords;
    private final Clock clock;

    Recovering(
            Recoveries recoveries,
            Accounts accounts,
            RoleGrants grants,
            CodeApps codeApps,
            Passkeys passkeys,
            MailedLinks links,
            Changes changes,
            Contacts contacts,
            PasswordEncoder passwords,
            Clock clock) {
        this.recoveries = recoveries;
        this.accounts = accounts;
        this.grants = grants;
        this.codeApps = codeApps;
        this.passkeys = passkeys;
        this.links = links;
        this.changes = changes;
        this.contacts = contacts;
        this.passwords = passwords;
        this.clock = clock;
    }

    /** What the board hands over; the code is readable this once. */
    record Code(String code, Instant expiresAt) {}

    /** Somebody says at the page that they have lost everything. Whether anything came of it is not said. */
    @Transactional
    void ask(String email, String address) {
        accounts.withEmail(email)
                .filter(account -> account.open() && account.claimed())
                .ifPresent(account -> add(account.id(), null, ASKED_AT_THE_PAGE, address));
    }

    /**
     * A board member opens one for somebody. That is no approval yet.
     *
     * @throws AccountNotFound if there is no such account
     * @throws RecoveryRefused if the account has one under way, is closed, has no password yet, or is that of {@code by}
     */
    @Transactional
    Recovery open(AccountId id, AccountId by, String reason, String address) {
        Account account = accounts.find(id).orElseThrow(() -> new AccountNotFound(id));
        if (!account.open() || !account.claimed())
            throw new RecoveryRefused(
                    "nothing-to-recover",
                    "the account is closed, or waits for its first password: make a welcome code");
        return add(id, by, reason, address)
                .orElseThrow(() ->
                        new RecoveryRefused(
                                "recovery-under-way", "a recovery of this account is under way"));
    }

    private Optional<Recovery> add(
            AccountId id, @Nullable AccountId by, String reason, String address) {
        var heading = new Recovery.Heading(UUID.randomUUID(), id, clock.instant(), by, reason);
        if (by != null) heading.mustNotBe(by);
        if (!recoveries.add(heading, address)) return Optional.empty();
        changes.note(id, "recovery-asked", "", address);
        return Optional.of(new Recovery.Asked(heading));
    }

    /**
     * A board member approves. With the second approval the delay begins, and everybody concerned is told.
     *
     * @throws RecoveryNotFound if there is none
     * @throws RecoveryRefused if it is over or approved already, by {@code by} or by two, or is for {@code by}
     */
    @Transactional
    Recovery approve(UUID id, AccountId by, String address) {
        Instant now = clock.instant();
        return switch (lock(id)) {
            case Recovery.Asked asked -> {
                Recovery.ApprovedOnce approved = asked.approve(by, now);
                recoveries.update(approved);
                changes.note(asked.heading().account(), "recovery-approved", "", address);
                yield approved;
            }
            case Recovery.ApprovedOnce once -> {
                Recovery.Waiting waiting = once.approve(by, now, recoveries.delay());
                recoveries.update(waiting);
                AccountId account = once.heading().account();
                changes.note(account, "recovery-approved", "", address);
                tellOwner(account, Notice.RECOVERY_BEGUN, waiting.dueAt().toString());
                tellBoard(account);
                yield waiting;
            }
            case Recovery.Waiting _ ->
                    throw new RecoveryRefused("recovery-approved", "two have approved already");
            case Recovery.Ended _ -> throw over();
        };
    }

    /**
     * A board member stops it.
     *
     * @throws RecoveryNotFound if there is none
     * @throws RecoveryRefused if it is over
     */
    @Transactional
    Recovery stop(UUID id, AccountId by, String address) {
        return stopped(lock(id), by, address);
    }

    /** Stops what the link of a mail names; false if it is over. */
    @Transactional
    boolean stop(String token, String address) {
        Optional<Recovery> recovery = recoveries.stoppedBy(token).flatMap(recoveries::lock);
        if (recovery.isEmpty() || recovery.get() instanceof Recovery.Ended) return false;
        stopped(recovery.get(), null, address);
        return true;
    }

    /** Whoever is signed in stops what is under way for their own account. */
    @Transactional
    void stopOwn(AccountId id, String address) {
        recoveries.lockOpenOf(id).ifPresent(recovery -> stopped(recovery, null, address));
    }

    @Transactional(readOnly = true)
    boolean isUnderWay(AccountId id) {
        return recoveries.openOf(id).isPresent();
    }

    private Recovery stopped(Recovery recovery, @Nullable AccountId by, String address) {
        if (recovery instanceof Recovery.Ended) throw over();
        Instant now = clock.instant();
        AccountId account = recovery.heading().account();
        recoveries.end(recovery.heading().id(), Recovery.Outcome.STOPPED, now, by);
        changes.note(account, "recovery-stopped-by", "", address);
        // Who never heard of it need not hear that it is over.
        if (recovery instanceof Recovery.Waiting) tellOwner(account, Notice.RECOVERY_STOPPED, "");
        return new Recovery.Ended(recovery.heading(), Recovery.Outcome.STOPPED, now, by);
    }

    /** Whether the link of a mail would stop something; nothing is used up. */
    @Transactional(readOnly = true)
    boolean isStopLink(String token) {
        return recoveries.stoppedBy(token).isPresent();
    }

    /**
     * Makes the code by which a new password is set; an earlier one is void. Everybody concerned is told again.
     *
     * @throws RecoveryNotFound if there is none
     * @throws RecoveryRefused if two have not approved, the delay is not over, it has ended, or is for {@code by}
     */
    @Transactional
    Code code(UUID id, AccountId by, String address) {
        Instant now = clock.instant();
        return switch (lock(id)) {
            case Recovery.Waiting waiting -> {
                waiting.mustBeDue(by, now);
                String code = HandedCode.next();
                Instant expiresAt = now.plus(CODE_LIFETIME);
                recoveries.setCode(id, HandedCode.digest(code), by, now, expiresAt);
                AccountId account = waiting.heading().account();
                changes.note(account, "recovery-code-handed-out", "", address);
                tellOwner(account, Notice.RECOVERY_CODE_MADE, "");
                yield new Code(code, expiresAt);
            }
            case Recovery.Asked _, Recovery.ApprovedOnce _ ->
                    throw new RecoveryRefused(
                            "recovery-waits", "two board members have to approve first");
            case Recovery.Ended _ -> throw over();
        };
    }

    /**
     * Sets a new password by the code, takes every other proof away and ends every sign-in.
     *
     * @return false, and nothing has changed, if address or code are not right, or the password is too short or too long
     */
    @Transactional
    boolean finish(String email, String code, String password, String address) {
        if (!SignIn.mayBe(password)) return false;
        Optional<Account> account =
                accounts.withEmail(email)
                        .flatMap(known -> accounts.lock(known.id()))
                        .filter(Account::open);
        if (account.isEmpty()) return false;
        AccountId id = account.get().id();
        Optional<Recovery> recovery = recoveries.lockOpenOf(id);
        Instant now = clock.instant();
        if (recovery.isEmpty()
                || !recoveries.isCode(recovery.get().heading().id(), HandedCode.digest(code), now))
            return false;
        accounts.setPassword(id, passwords.encode(password));
        codeApps.remove(id);
        passkeys.removeAll(id);
        links.end(id, Proof.WALL.instant());
        accounts.endSignIns(id);
        recoveries.end(recovery.get().heading().id(), Recovery.Outcome.DONE, now, null);
        changes.note(id, "account-recovered", "", address);
        tellOwner(id, Notice.RECOVERED, "");
        return true;
    }

    /** Those under way first, then those that ended, the newest first, at most {@value #LISTED_MAX}. */
    @Transactional(readOnly = true)
    List<Recovery> list() {
        return recoveries.list(LISTED_MAX);
    }

    /** What somebody is called, for the list. */
    @Transactional(readOnly = true)
    String name(AccountId id) {
        return accounts.find(id).map(Account::name).orElse("");
    }

    Duration delay() {
        return recoveries.delay();
    }

    /** How long those wait that are approved from now on. */
    @Transactional
    void setDelay(Duration delay, AccountId by) {
        recoveries.setDelay(delay, by, clock.instant());
    }

    /** Ends those of which nothing came. */
    @Scheduled(fixedDelayString = "PT1H")
    @Transactional
    void lapse() {
        Instant now = clock.instant();
        for (UUID id : recoveries.stale(now.minus(Recovery.LAPSES_AFTER))) {
            Recovery recovery = lock(id);
            if (recovery instanceof Recovery.Ended) continue;
            recoveries.end(id, Recovery.Outcome.LAPSED, now, null);
            changes.note(recovery.heading().account(), "recovery-lapsed", "", "");
        }
    }

    private Recovery lock(UUID id) {
        return recoveries.lock(id).orElseThrow(() -> new RecoveryNotFound(id));
    }

    /** At every address that is known of them, so that whoever took one over cannot keep it quiet. */
    private void tellOwner(AccountId id, Notice notice, String detail) {
        var emails = new TreeSet<String>();
        accounts.find(id).ifPresent(account -> emails.add(lower(account.email())));
        contacts.emails(id).forEach(email -> emails.add(lower(email)));
        changes.tell(id, notice, detail, emails);
    }

    private void tellBoard(AccountId about) {
        String name = name(about);
        for (AccountId id : grants.holders(Role.BOARD)) {
            if (id.equals(about)) continue;
            accounts.find(id)
                    .ifPresent(account ->
                            changes.tell(
                                    id,
                                    Notice.RECOVERY_OF_ANOTHER,
                                    name,
                                    List.of(account.email())));
        }
    }

    private static String lower(String email) {
        return email.toLowerCase(Locale.ROOT);
    }

    private static RecoveryRefused over() {
        return new RecoveryRefused("recovery-over", "this recovery is over");
    }
}

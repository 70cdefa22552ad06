package org.coopmesh.membership.identity;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Who can sign in, and in which roles. */
@Service
public class SignIn {
    static final int PASSWORD_LENGTH_MIN = 8;
    static final int PASSWORD_LENGTH_MAX = 128;
    static final Duration WELCOME_CODE_LIFETIME = Duration.ofDays(14);

    private static final int UNKNOWN_BYTES = 32;

    private final Accounts accounts;
    private final RoleGrants grants;
    private final WelcomeCodes welcomeCodes;
    private final MailedLinks links;
    private final Changes changes;
    private final PasswordEncoder passwords;
    private final IdentitySettings settings;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    /** What no password matches: nobody knows what it was made of. */
    private final String nobodysPassword;

    SignIn(
            Accounts accounts,
            RoleGrants grants,
            WelcomeCodes welcomeCodes,
            MailedLinks links,
            Changes changes,
            PasswordEncoder passwords,
            IdentitySettings settings,
            ApplicationEventPublisher events,
            Clock clock) {
        this.accounts = accounts;
        this.grants = grants;
        this.welcomeCodes = welcomeCodes;
        this.links = links;
        this.changes = changes;
        this.passwords = passwords;
        this.settings = settings;
        this.events = events;
        this.clock = clock;
        byte[] unknown = new byte[UNKNOWN_BYTES];
        new SecureRandom().nextBytes(unknown);
        this.nobodysPassword = passwords.encode(HexFormat.of().formatHex(unknown));
    }

    /**
     * Opens an account that holds no role yet. Takes the same time whether or not the e-mail address is known.
     *
     * @return false if {@code email} has an account already; nothing has changed then
     */
    @Transactional
    public boolean open(AccountId id, String email, String name, String password) {
        var account = new Account(id, email, name, passwords.encode(password), true, true);
        return accounts.add(account, clock.instant());
    }

    /**
     * Opens an account for somebody who is not here to choose a password; a code of the board lets them do so later.
     *
     * @return false if {@code email} has an account already; nothing has changed then
     */
    @Transactional
    public boolean openUnclaimed(AccountId id, String email, String name) {
        return accounts.add(
                new Account(id, email, name, nobodysPassword, true, false), clock.instant());
    }

    /** Whether {@code id} has a password of its owner's choice. */
    @Transactional(readOnly = true)
    public boolean isClaimed(AccountId id) {
        return accounts.find(id).filter(Account::claimed).isPresent();
    }

    /** A code to choose a first password by. */
    record Welcome(String code, Instant expiresAt) {}

    /**
     * Makes a code for an account that nobody has claimed; an earlier code is void.
     *
     * @throws AccountNotFound if there is no such account
     * @throws AccountClaimed if its owner has a password, so that nobody takes over an account that is used
     */
    @Transactional
    Welcome welcome(AccountId id) {
        Account account = accounts.lock(id).orElseThrow(() -> new AccountNotFound(id));
        if (account.claimed() || !account.open()) throw new AccountClaimed(id);
        Instant expiresAt = clock.instant().plus(WELCOME_CODE_LIFETIME);
        return new Welcome(welcomeCodes.make(id, expiresAt), expiresAt);
    }

    /** Sets the first password by a code; empty, and nothing has changed, if address or code are not right. */
    @Transactional
    Optional<AccountId> claim(String email, String code, String password) {
        return accounts.withEmail(email)
                .flatMap(known -> accounts.lock(known.id()))
                .filter(account -> account.open() && !account.claimed())
                .map(Account::id)
                .filter(id -> welcomeCodes.take(id, code, clock.instant()))
                .filter(id -> changePassword(id, password));
    }

    Instant now() {
        return clock.instant();
    }

    /** Whether {@code password} is neither too short nor too long. */
    static boolean mayBe(String password) {
        return password.length() >= PASSWORD_LENGTH_MIN && password.length() <= PASSWORD_LENGTH_MAX;
    }

    /** Grants an account the role of a member. */
    @Transactional
    public void admit(AccountId id, AccountId by, String reason) {
        lock(id);
        change(id, Set.of(Role.MEMBER), Set.of(), by, reason);
    }

    /** Makes the first account that of a board member; only the set-up of the co-op may do that. */
    @Transactional
    public void admitFounder(AccountId id, String reason) {
        change(id, EnumSet.of(Role.MEMBER, Role.BOARD), Set.of(), null, reason);
    }

    /**
     * Withdraws every role, so that the account can do no more than see its own bills.
     *
     * @throws RoleNotGrantable if the co-op would be left without a board
     */
    @Transactional
    public void dismiss(AccountId id, AccountId by, String reason) {
        lock(id);
        change(id, Set.of(), rolesOf(id), by, reason);
    }

    /** False if the password is too short or too long; nothing has changed then. */
    @Transactional
    boolean changePassword(AccountId id, String password) {
        if (!mayBe(password)) return false;
        accounts.setPassword(id, passwords.encode(password));
        return true;
    }

    /**
     * Gives an account the address that confirms it by the link it was sent; the address before is told as well.
     *
     * @param address the network address from which it was confirmed
     * @return false if the link is used, too old or none of ours, or the address is somebody's already
     */
    @Transactional
    boolean changeAddress(String token, String address) {
        Instant now = Proof.WALL.instant();
        return links.take(MailedLinks.Purpose.ADDRESS, token, now)
                .flatMap(link ->
                        link.owner()
                                .flatMap(accounts::lock)
                                .filter(Account::open)
                                .filter(account -> accounts.setEmail(account.id(), link.email()))
                                .map(before -> {
                                    links.end(before.id(), now);
                                    events.publishEvent(
                                            new AddressChanged(before.id(), link.email()));
                                    changes.note(
                                            before.id(), "address-changed", link.email(), address);
                                    changes.tell(
                                            before.id(),
                                            Notice.ADDRESS_CHANGED,
                                            link.email(),
                                            List.of(before.email()));
                                    return before;
                                }))
                .isPresent();
    }

    /** Whether {@code id} is the only one who holds the role of the board. */
    @Transactional
    public boolean isLastOfTheBoard(AccountId id) {
        return rolesOf(id).contains(Role.BOARD) && !grants.heldByAnother(Role.BOARD, id);
    }

    /** Ends sign-in for good, with every session and token there is. */
    @Transactional
    public void close(AccountId id) {
        lock(id);
        accounts.close(id);
    }

    /** Lets somebody sign in again whose sign-in had been ended. */
    @Transactional
    public void reopen(AccountId id) {
        lock(id);
        accounts.reopen(id);
    }

    /** Roles that each of {@code ids} holds; an account without roles is not in the answer. */
    @Transactional(readOnly = true)
    public Map<AccountId, Set<Role>> roles(Collection<AccountId> ids) {
        return grants.held(ids);
    }

    /** Roles that {@code id} holds. */
    @Transactional(readOnly = true)
    public Set<Role> rolesOf(AccountId id) {
        return grants.held(List.of(id)).getOrDefault(id, Set.of());
    }

    /**
     * Sets which roles a member holds besides being a member, and keeps who did it and why. Holding them already changes
     * nothing.
     *
     * @throws AccountNotFound if there is no such account
     * @throws RoleNotGrantable if the account is not that of a member, or the co-op would be left without a board
     */
    @Transactional
    Set<Role> setRoles(AccountId id, Set<Role> wanted, AccountId by, String reason) {
        lock(id);
        Set<Role> held = rolesOf(id);
        if (!held.contains(Role.MEMBER))
            throw new RoleNotGrantable("not-a-member", "roles are for members only");
        var granted = EnumSet.noneOf(Role.class);
        granted.addAll(wanted);
        granted.removeAll(held);
        var withdrawn = EnumSet.copyOf(held);
        withdrawn.removeAll(wanted);
        withdrawn.remove(Role.MEMBER);
        change(id, granted, withdrawn, by, reason);
        Set<Role> now = rolesOf(id);
        if (!now.equals(held)) {
            Account account = accounts.find(id).orElseThrow(() -> new AccountNotFound(id));
            changes.tell(
                    id,
                    Notice.ROLES_CHANGED,
                    now.stream().sorted().map(Role::word).collect(Collectors.joining(" ")),
                    List.of(account.email()));
        }
        return now;
    }

    /** Who holds {@code role}, in order of their ids. */
    public List<AccountId> holders(Role role) {
        return grants.holders(role);
    }

    /** Where letters to somebody go; empty where nobody signs in by this account any more. */
    public Optional<Addressee> addressee(AccountId id) {
        return accounts.find(id)
                .filter(Account::open)
                .map(account ->
                        new Addressee(
                                account.email(), account.name(), accounts.language(id).locale()));
    }

    /** The address in a letter of a page of the dashboard, such as {@code /my}. */
    public String link(String page) {
        return settings.origin() + page;
    }

    private void lock(AccountId id) {
        if (accounts.lock(id).isEmpty()) throw new AccountNotFound(id);
    }

    private void change(
            AccountId id,
            Set<Role> granted,
            Set<Role> withdrawn,
            @Nullable AccountId by,
            String reason) {
        if (withdrawn.contains(Role.BOARD) && !grants.heldByAnother(Role.BOARD, id))
            throw new RoleNotGrantable(
                    "last-board-member", "the co-op would be left without a board");
        Instant at = clock.instant();
        for (Role role : granted)
            grants.add(new RoleGrants.RoleGrant(0, id, role, true, reason, by, at));
        for (Role role : withdrawn)
            grants.add(new RoleGrants.RoleGrant(0, id, role, false, reason, by, at));
        if (!granted.isEmpty() || !withdrawn.isEmpty())
            events.publishEvent(new RolesChanged(id, granted, withdrawn, reason));
    }
}

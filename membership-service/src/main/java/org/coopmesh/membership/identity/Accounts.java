package org.coopmesh.membership.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** SQL for accounts; the only class that knows the table. */
@Repository
class Accounts {
    private final JdbcClient db;
    private final ApplicationEventPublisher events;

    Accounts(JdbcClient db, ApplicationEventPublisher events) {
        this.db = db;
        this.events = events;
    }

    /** Stores a new account; false if its e-mail address has one already. */
    boolean add(Account account, Instant at) {
        return db.sql(
                                """
                                insert into account (id, email, name, password_hash, claimed, opened_at)
                                values (:id, :email, :name, :passwordHash, :claimed, :at)
                                on conflict do nothing
                                """)
                        .param("id", account.id().value())
                        .param("email", account.email())
                        .param("name", account.name())
                        .param("passwordHash", account.passwordHash())
                        .param("claimed", account.claimed())
                        .param("at", OffsetDateTime.ofInstant(at, ZoneOffset.UTC))
                        .update()
                == 1;
    }

    Optional<Account> find(AccountId id) {
        return db.sql("select * from account where id = :id")
                .param("id", id.value())
                .query(Accounts::account)
                .optional();
    }

    /** Locks the row until the transaction ends, so that two changes of roles follow each other. */
    Optional<Account> lock(AccountId id) {
        return db.sql("select * from account where id = :id for update")
                .param("id", id.value())
                .query(Accounts::account)
                .optional();
    }

    Optional<Account> withEmail(String email) {
        if (email.indexOf('\0') >= 0) return Optional.empty(); // No text that a table could hold.
        return db.sql("select * from account where lower(email) = lower(:email)")
                .param("email", email)
                .query(Accounts::account)
                .optional();
    }

    /** Stores a password of the owner's choice. */
    void setPassword(AccountId id, String hash) {
        db.sql("update account set password_hash = :hash, claimed = true where id = :id")
                .param("hash", hash)
                .param("id", id.value())
                .update();
    }

    /** Gives the account another address; false, and nothing has changed, if another account has it. */
    boolean setEmail(AccountId id, String email) {
        return db.sql(
                                """
                                update account set email = :email
                                where id = :id
                                  and not exists (select from account other
                                                  where lower(other.email) = lower(:email) and other.id <> :id)
                                """)
                        .param("email", email)
                        .param("id", id.value())
                        .update()
                == 1;
    }

    /** In which language its owner is written to. */
    Language language(AccountId id) {
        return db.sql("select language from account where id = :id")
                .param("id", id.value())
                .query(String.class)
                .optional()
                .map(Language::of)
                .orElse(Language.EN);
    }

    /** The language that its owner chose; empty while it is a guess. */
    Optional<Language> chosenLanguage(AccountId id) {
        return db.sql("select language from account where id = :id and language_chosen")
                .param("id", id.value())
                .query(String.class)
                .optional()
                .map(Language::of);
    }

    void chooseLanguage(AccountId id, Language language) {
        db.sql("update account set language = :language, language_chosen = true where id = :id")
                .param("language", language.tag())
                .param("id", id.value())
                .update();
    }

    /** Takes what a browser would rather read, unless its owner chose a language. */
    void guessLanguage(AccountId id, Language language) {
        db.sql(
                        """
                        update account set language = :language
                        where id = :id and language <> :language and not language_chosen
                        """)
                .param("language", language.tag())
                .param("id", id.value())
                .update();
    }

    /** Ends sign-in for good, with every session and token there is. */
    void close(AccountId id) {
        db.sql("update account set open = false where id = :id").param("id", id.value()).update();
        endSignIns(id);
    }

    /** Ends every session, here and, once this is kept, at the gateway, and takes every right to renew a token. */
    void endSignIns(AccountId id) {
        db.sql("delete from oauth2_authorization where principal_name = :name")
                .param("name", id.toString())
                .update();
        db.sql("delete from spring_session where principal_name = :name")
                .param("name", id.toString())
                .update();
        events.publishEvent(new SignInsEnded(id, null));
    }

    void reopen(AccountId id) {
        db.sql("update account set open = true where id = :id").param("id", id.value()).update();
    }

    private static Account account(ResultSet row, int number) throws SQLException {
        return new Account(
                new AccountId(row.getObject("id", UUID.class)),
                row.getString("email"),
                row.getString("name"),
                row.getString("password_hash"),
                row.getBoolean("open"),
                row.getBoolean("claimed"));
    }
}

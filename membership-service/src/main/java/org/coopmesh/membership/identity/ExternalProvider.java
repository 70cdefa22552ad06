package org.coopmesh.membership.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The provider elsewhere by which people may sign in here, as OpenID Connect has it: code flow with PKCE and nonce. */
@Component
class ExternalProvider {
    /** How old what somebody proved there may be; the provider asks them again beyond that. */
    static final Duration PROOF_AGE_MAX = Duration.ofMinutes(5);

    /** How far its clock may be from ours. */
    private static final Duration SKEW_MAX = Duration.ofMinutes(1);

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int LABEL_MAX = 254;
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.ES256,
                    JWSAlgorithm.ES384,
                    JWSAlgorithm.EdDSA);

    private final IdentitySettings.External settings;
    private final URI back;
    private volatile @Nullable Known known;

    ExternalProvider(IdentitySettings settings) {
        this.settings = settings.identity().external();
        this.back = URI.create(settings.origin() + ExternalController.BACK);
    }

    /**
     * Somebody who was sent there, as the session keeps it until they come back.
     *
     * @param by who was signed in and is to be linked; null where somebody is to be signed in
     */
    record Asked(String uri, String state, String nonce, String verifier, @Nullable UUID by)
            implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Who the provider says came back.
     *
     * @param label what they would know themselves by: an address where it tells one
     * @param provedAt when they proved it there
     */
    record Someone(String issuer, String subject, String label, Instant provedAt)
            implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** The provider does not answer, or what it says cannot be believed. */
    static final class NotProved extends Exception {
        private static final long serialVersionUID = 1L;

        NotProved(String why) {
            super(why);
        }

        NotProved(Exception why) {
            super(why);
        }
    }

    private record Known(OIDCProviderMetadata metadata, IDTokenValidator tokens) {}

    boolean isOn() {
        return settings.isOn();
    }

    /** What people call it. */
    String name() {
        return settings.name();
    }

    String issuer() {
        return settings.issuer();
    }

    Asked ask(@Nullable AccountId by) throws NotProved {
        var state = new State();
        var nonce = new Nonce();
        var verifier = new CodeVerifier();
        URI uri =
                new AuthenticationRequest.Builder(
                                ResponseType.CODE,
                                new Scope("openid", "email"),
                                new ClientID(settings.clientId()),
                                back)
                        .endpointURI(known().metadata().getAuthorizationEndpointURI())
                        .state(state)
                        .nonce(nonce)
                        .codeChallenge(verifier, CodeChallengeMethod.S256)
                        .maxAge((int) PROOF_AGE_MAX.toSeconds())
                        .build()
                        .toURI();
        return new Asked(
                uri.toString(),
                state.getValue(),
                nonce.getValue(),
                verifier.getValue(),
                by == null ? null : by.value());
    }

    /** Trades {@code code} for who it is. */
    Someone someone(Asked asked, String code) throws NotProved {
        Known provider = known();
        try {
            HTTPRequest request =
                    new TokenRequest.Builder(
                                    provider.metadata().getTokenEndpointURI(),
                                    new ClientSecretBasic(
                                            new ClientID(settings.clientId()),
                                            new Secret(settings.clientSecret())),
                                    new AuthorizationCodeGrant(
                                            new AuthorizationCode(code),
                                            back,
                                            new CodeVerifier(asked.verifier())))
                            .build()
                            .toHTTPRequest();
            request.setConnectTimeout((int) PATIENCE.toMillis());
            request.setReadTimeout((int) PATIENCE.toMillis());
            TokenResponse answer = OIDCTokenResponseParser.parse(request.send());
            if (!answer.indicatesSuccess()) {
                throw new NotProved(answer.toErrorResponse().getErrorObject().toString());
            }
            IDTokenClaimsSet claims =
                    provider.tokens()
                            .validate(
                                    ((OIDCTokenResponse) answer).getOIDCTokens().getIDToken(),
                                    new Nonce(asked.nonce()));
            return someone(claims);
        } catch (IOException
                | ParseException
                | BadJOSEException
                | JOSEException
                | ClassCastException e) {
            throw new NotProved(e);
        }
    }

    private static Someone someone(IDTokenClaimsSet claims) throws NotProved {
        Date at = claims.getAuthenticationTime();
        if (at == null) throw new NotProved("the provider does not say when (auth_time)");
        Instant proved = at.toInstant();
        Instant now = Proof.WALL.instant();
        if (proved.isAfter(now.plus(SKEW_MAX))) throw new NotProved("proved in the future");
        if (proved.plus(PROOF_AGE_MAX).plus(SKEW_MAX).isBefore(now)) {
            throw new NotProved("proved too long ago, though asked for max_age");
        }
        String email = claims.getStringClaim("email");
        String label = email == null ? claims.getSubject().getValue() : email;
        return new Someone(
                claims.getIssuer().getValue(),
                claims.getSubject().getValue(),
                label.substring(0, Math.min(label.length(), LABEL_MAX))
                        .replaceAll("\\p{Cntrl}", ""),
                proved.isAfter(now) ? now : proved);
    }

    /** Asked for once it is needed, so that a provider that is down keeps nobody else from signing in. */
    private Known known() throws NotProved {
        Known before = known;
        if (before != null) return before;
        try {
            int patience = (int) PATIENCE.toMillis();
            OIDCProviderMetadata metadata =
                    OIDCProviderMetadata.resolve(new Issuer(settings.issuer()), patience, patience);
            var keys =
                    JWKSourceBuilder.<SecurityContext>create(metadata.getJWKSetURI().toURL())
                            .retrying(true)
                            .build();
            var tokens =
                    new IDTokenValidator(
                            metadata.getIssuer(),
                            new ClientID(settings.clientId()),
                            new JWSVerificationKeySelector<>(ALGORITHMS, keys),
                            null);
            tokens.setMaxClockSkew((int) SKEW_MAX.toSeconds());
            Known found = new Known(metadata, tokens);
            known = found;
            return found;
        } catch (GeneralException | IOException e) {
            throw new NotProved(e);
        }
    }
}

package org.coopmesh.gateway.session;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;

/**
 * Tokens, kept in the session, so that every replica finds them and they end with it. While somebody sees what a member sees, theirs
 * is the token of that {@link View}, whoever asks; it is never renewed.
 */
final class ViewedTokens implements OAuth2AuthorizedClientRepository {
    private final OAuth2AuthorizedClientRepository held =
            new HttpSessionOAuth2AuthorizedClientRepository();

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // The interface says null without marking it.
    public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(
            String client, @Nullable Authentication who, HttpServletRequest request) {
        OAuth2AuthorizedClient own = held.loadAuthorizedClient(client, who, request);
        View view = View.of(request);
        if (own == null || view == null) return (T) own;
        return (T)
                new OAuth2AuthorizedClient(
                        own.getClientRegistration(),
                        own.getPrincipalName(),
                        new OAuth2AccessToken(
                                OAuth2AccessToken.TokenType.BEARER,
                                view.token(),
                                view.issued(),
                                view.until()));
    }

    @Override
    public void saveAuthorizedClient(
            OAuth2AuthorizedClient client,
            Authentication who,
            HttpServletRequest request,
            HttpServletResponse response) {
        held.saveAuthorizedClient(client, who, request, response);
    }

    @Override
    public void removeAuthorizedClient(
            String client,
            Authentication who,
            HttpServletRequest request,
            HttpServletResponse response) {
        held.removeAuthorizedClient(client, who, request, response);
    }
}

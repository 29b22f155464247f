/**
 * Passport for HTTP and JwtAuthenticator for the socket: a login signs one token, and both take
 * it. The uid is the claim `sub`. When the token expires, so does the socket, unless the client
 * renews it on the same connection.
 */
import { Body, Controller, Injectable, Module, Post, Req, UseGuards } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { ConnectionRegistryService, JwtAuthenticator, PushModule } from 'nestjs-uid-push';
import { ExtractJwt, Strategy } from 'passport-jwt';

const SECRET = process.env.JWT_SECRET ?? 'a secret for the example, long enough';

@Injectable()
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: SECRET,
      algorithms: ['HS256'],
    });
  }

  validate({ sub }: { sub: string }) {
    return { uid: sub };
  }
}

@Controller()
class AppController {
  constructor(
    private readonly tokens: JwtService,
    private readonly push: ConnectionRegistryService,
  ) {}

  /** In your application: after a look at the password. */
  @Post('login')
  async login(@Body('name') sub: string) {
    return { token: await this.tokens.signAsync({ sub }) };
  }

  /** A request of a user is told to all devices of that user. */
  @UseGuards(AuthGuard('jwt'))
  @Post('cart')
  async addToCart(@Req() { user }: { user: { uid: string } }, @Body('article') article: string) {
    await this.push.sendToUid(user.uid, { type: 'cart', article });
  }
}

@Module({
  imports: [
    PassportModule,
    JwtModule.register({ secret: SECRET, signOptions: { algorithm: 'HS256', expiresIn: '1h' } }),
    PushModule.forRoot({
      authenticator: new JwtAuthenticator({ secret: SECRET, algorithms: ['HS256'] }),
    }),
  ],
  controllers: [AppController],
  providers: [JwtStrategy],
})
export class AppModule {}
